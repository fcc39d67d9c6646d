import { describe, expect, test } from 'vitest'
import { verdictWords } from '../../../../../renderer/views/handover/verdicts.ts'
import {
  allowedSignersLine,
  identityOf,
  linuxSteps,
  windowsSteps,
} from '../../../../../renderer/views/handover/verify-commands.ts'

const facts = {
  path: '/out/IR-1_fs01_20261121T142233Z_7f3c9a1e.zip',
  zipSha256: 'ab'.repeat(32),
  publicKey: 'ssh-ed25519 AAAAC3Nz comment',
  identity: 'r.okafor',
}
const commands = (steps: readonly { command: string }[]) => steps.map((step) => step.command)

describe('the commands a receiver types', () => {
  test('carry the name, the hash and the signer of this very bundle', () => {
    const [sidecar, ticket, unpack] = commands(linuxSteps(facts))
    expect(sidecar).toBe('sha256sum -c IR-1_fs01_20261121T142233Z_7f3c9a1e.zip.sha256')
    expect(ticket).toBe(`echo '${facts.zipSha256}  'IR-1_fs01_20261121T142233Z_7f3c9a1e.zip | sha256sum -c -`)
    expect(unpack).toContain('cd IR-1_fs01_20261121T142233Z_7f3c9a1e')
    expect(commands(linuxSteps(facts)).join('\n')).toContain(
      '-f ../allowed_signers -I r.okafor -n tasktrail-bundle@v1',
    )
    expect(commands(windowsSteps(facts)).join('\n')).toContain('-s signatures\\tagmanifest-sha256.txt.sig')
  })

  test('a name that a shell would read as commands is quoted', () => {
    const hostile = { ...facts, path: "C:\\out\\a'; rm -rf ~ $(id).zip" }
    expect(commands(linuxSteps(hostile))[2]).toContain("'a'\\''; rm -rf ~ $(id).zip'")
    expect(commands(windowsSteps(hostile))[1]).toContain("'a''; rm -rf ~ $(id).zip'")
  })

  test('an unsigned bundle gets no step that could only fail', () => {
    const unsigned = { ...facts, publicKey: undefined }
    expect(commands([...linuxSteps(unsigned), ...windowsSteps(unsigned)]).join('\n')).not.toContain(
      'ssh-keygen',
    )
  })

  test('the line for allowed_signers binds the key to our namespace and drops its comment', () => {
    expect(allowedSignersLine('r.okafor', facts.publicKey)).toBe(
      'r.okafor namespaces="tasktrail-bundle@v1" ssh-ed25519 AAAAC3Nz',
    )
    expect(identityOf('R. Okafor *,"x')).toBe('R.-Okafor-x')
    expect(identityOf('  ')).toBe('sender')
  })
})

describe('verdicts', () => {
  test('only a bundle whose signer is known looks good; nothing unknown does', () => {
    expect(verdictWords('VALID-SIGNED').kind).toBe('good')
    for (const verdict of ['VALID-UNSIGNED', 'VALID-UNKNOWN-SIGNER', 'constructor', 'SOMETHING-NEW'])
      expect(verdictWords(verdict).kind).toBe('judge')
    for (const verdict of ['INVALID', 'UNSAFE', 'UNREADABLE']) expect(verdictWords(verdict).kind).toBe('harm')
  })
})
