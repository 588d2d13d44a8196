/** The smallest configuration that loads; tests lay their own keys over it. */
export const valid = {
  publicUrl: 'https://login.example.com',
  upstream: { url: 'http://127.0.0.1:5000' },
  provider: { probe: { clientSecret: 'probe-secret', cookies: ['session'] } },
  authsignal: { apiSecretKey: 'tenant-secret' },
}

export const client = { mode: 'enforce', redirectUris: ['https://app.example.com/callback'] }
