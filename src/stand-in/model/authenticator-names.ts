/**
 * Names of some authenticators by their AAGUID, as the community's list has them
 * (github.com/passkeydeveloper/passkey-authenticator-aaguids), and the virtual one of Chromium's DevTools.
 */
export const authenticatorNames: ReadonlyMap<string, string> = new Map([
  ['fbfc3007-154e-4ecc-8c0b-6e020557d7bd', 'iCloud Keychain'],
  ['ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4', 'Google Password Manager'],
  ['08987058-cadc-4b81-b6e1-30de50dcbe96', 'Windows Hello'],
  ['bada5566-a7aa-401f-bd96-45619a55120d', '1Password'],
  ['d548826e-79b4-db40-a3d8-11116f7e8349', 'Bitwarden'],
  ['01020304-0506-0708-0102-030405060708', 'Virtual authenticator'],
])
