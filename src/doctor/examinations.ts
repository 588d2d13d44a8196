import type { Examination } from './examination.ts'
import { examineActions } from './examine-actions.ts'
import { examineAdmin } from './examine-admin.ts'
import { examineAuthsignal } from './examine-authsignal.ts'
import { examineProviderCertificate } from './examine-certificate.ts'
import { examineClocks } from './examine-clocks.ts'
import { examineConfiguration } from './examine-configuration.ts'
import { examineExposure } from './examine-exposure.ts'
import { examineFront } from './examine-front.ts'
import { examineOffers } from './examine-offers.ts'
import { examineProbeClient } from './examine-probe-client.ts'
import { examineProvider } from './examine-provider.ts'
import { examinePublicAddress } from './examine-public-address.ts'
import { examineSignIn } from './examine-sign-in.ts'

const longestMs = 20_000

/** What `doctor` looks at, in this order. */
export const examinations: readonly Examination[] = [
  { name: 'configuration', needs: [], longestMs, examine: examineConfiguration },
  { name: 'provider', needs: [], longestMs, examine: examineProvider },
  { name: 'offers', needs: ['provider'], longestMs, examine: examineOffers },
  { name: 'certificate', needs: ['provider'], longestMs, examine: examineProviderCertificate },
  { name: 'probe client', needs: ['provider'], longestMs, examine: examineProbeClient },
  { name: 'authsignal', needs: [], longestMs: 60_000, examine: examineAuthsignal },
  { name: 'actions', needs: ['authsignal'], longestMs: 60_000, examine: examineActions },
  { name: 'clocks', needs: [], longestMs, examine: examineClocks },
  { name: 'gateway', needs: [], longestMs, examine: examineAdmin },
  { name: 'public address', needs: ['provider'], longestMs, examine: examinePublicAddress },
  { name: 'front', needs: ['public address'], longestMs, examine: examineFront },
  { name: 'exposure', needs: [], longestMs, examine: examineExposure },
  // A person takes the time that it takes.
  { name: 'sign-in', needs: ['provider', 'probe client', 'public address'], examine: examineSignIn },
]
