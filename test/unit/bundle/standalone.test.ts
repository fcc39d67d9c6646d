import { afterAll, describe, expect, test } from 'vitest'
import { cleanUp, sealed } from './original.ts'
import { haveStandalone, runStandalone } from './standalone.ts'

afterAll(cleanUp)

describe.skipIf(!haveStandalone)('the verifier that lies beside a bundle', () => {
  test('tells people what it found and what it cannot vouch for', () => {
    const { code, out } = runStandalone([sealed])
    expect(code).toBe(2)
    expect(out).toMatch(/^VALID-UNKNOWN-SIGNER\n/)
    expect(out).toContain('SHA-256')
    expect(runStandalone(['--help']).out).toContain('whoever could change the one could change the other')
  })
  test('ends with 4 for a wrong command line and 3 for what cannot be read', () => {
    expect(runStandalone([]).code).toBe(4)
    expect(runStandalone([sealed, sealed]).code).toBe(4)
    expect(runStandalone([sealed, '--nonsense']).code).toBe(4)
    expect(runStandalone([sealed, '--ticket-sha256', 'zz']).code).toBe(4)
    const missing = runStandalone(['/nowhere/\u202ex.zip'])
    expect(missing.code).toBe(3)
    expect(missing.err).not.toContain('\u202e')
  })
})
