/** What programs that know nothing of us say of a bundle: each must take it as sound, and unpack the very same bytes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, describe, expect, test } from 'vitest'
import { ownSigningKey } from '../../../src/bundle/keys.ts'
import { sealBundle } from '../../../src/bundle/seal.ts'
import { encryptBundle } from '../../../src/workflow/encrypt-bundle.ts'
import { contentsOf, Unpacked } from '../../builders/sealed-bundle.ts'
import { haveTool } from './tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'stock-tools-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const key = await ownSigningKey({ folder: join(folder, 'key') })
const sealed = await sealBundle(await contentsOf(folder), { outDir: folder, key, principal: 'jdoe@JUMP-01' })
const bag = await Unpacked.of(sealed.path)
const inNewFolder = (name: string) => {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}
const run = (command: string, args: readonly string[], cwd = folder) => {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' })
  return { code: done.status, out: `${done.stdout}${done.stderr}` }
}
/** Every file of the bundle, as it lies in the folder a tool unpacked into. */
function expectUnpacked(into: string): void {
  for (const [path, bytes] of bag.files)
    expect(readFileSync(join(into, bag.root, path)).equals(bytes), path).toBe(true)
}

describe('A0 a bundle is sound to', () => {
  test.runIf(haveTool('unzip'))('unzip -t, and unzip gives its bytes', () => {
    expect(run('unzip', ['-tq', sealed.path])).toMatchObject({
      code: 0,
      out: expect.stringContaining('No errors detected'),
    })
    const into = inNewFolder('unzip')
    expect(run('unzip', ['-q', sealed.path, '-d', into]).code).toBe(0)
    expectUnpacked(into)
  })
  test.runIf(haveTool('7z'))('7z t, and 7z gives its bytes', () => {
    expect(run('7z', ['t', sealed.path])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Everything is Ok'),
    })
    const into = inNewFolder('7z')
    expect(run('7z', ['x', `-o${into}`, sealed.path]).code).toBe(0)
    expectUnpacked(into)
  })
  test.runIf(haveTool('bsdtar'))(
    'bsdtar, which is the tar.exe of Windows, from a file and from a pipe',
    () => {
      const into = inNewFolder('bsdtar')
      expect(run('bsdtar', ['-xf', sealed.path, '-C', into])).toEqual({ code: 0, out: '' })
      expectUnpacked(into)
      const listed = execFileSync('bash', ['-c', 'cat "$0" | bsdtar -tf -', sealed.path])
        .toString()
        .trim()
        .split('\n')
      expect(listed).toHaveLength(bag.files.size)
    },
  )
  test.runIf(haveTool('python3'))('the zipfile module of Python', () => {
    const script = 'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nprint(z.testzip(), len(z.infolist()))'
    expect(run('python3', ['-c', script, sealed.path])).toEqual({ code: 0, out: `None ${bag.files.size}\n` })
  })
  test.runIf(['unzip', 'sha256sum', 'sha512sum'].every(haveTool))(
    'sha256sum and sha512sum --strict, over every manifest',
    () => {
      expect(run('sha256sum', ['-c', '--strict', '--quiet', `${sealed.name}.zip.sha256`])).toEqual({
        code: 0,
        out: '',
      })
      const into = inNewFolder('sums')
      run('unzip', ['-q', sealed.path, '-d', into])
      for (const hash of ['sha256', 'sha512'])
        for (const manifest of [`manifest-${hash}.txt`, `tagmanifest-${hash}.txt`])
          expect(run(`${hash}sum`, ['-c', '--strict', '--quiet', manifest], join(into, bag.root))).toEqual({
            code: 0,
            out: '',
          })
    },
  )
  test.runIf(haveTool('ssh-keygen'))('ssh-keygen -Y verify, for its signer and its purpose alone', () => {
    const signed = join(folder, 'signed')
    const signature = join(folder, 'signature')
    const allowed = join(folder, 'allowed')
    writeFileSync(signed, bag.bytes('tagmanifest-sha256.txt'))
    writeFileSync(signature, bag.bytes('signatures/tagmanifest-sha256.txt.sig'))
    writeFileSync(allowed, `jdoe@JUMP-01 ${key.signer.line}\n`)
    const verify = (who: string, purpose: string) =>
      spawnSync('ssh-keygen', ['-Y', 'verify', '-f', allowed, '-I', who, '-n', purpose, '-s', signature], {
        input: readFileSync(signed),
      }).status
    expect(verify('jdoe@JUMP-01', 'tasktrail-bundle@v1')).toBe(0)
    expect(verify('jdoe@JUMP-01', 'git')).not.toBe(0)
    expect(verify('mroe@JUMP-01', 'tasktrail-bundle@v1')).not.toBe(0)
  })
  test.runIf(haveTool('age'))('age -d, which gives back the ZIP', async () => {
    const identity = await generateX25519Identity()
    writeFileSync(join(folder, 'identity'), `${identity}\n`)
    const encrypted = await encryptBundle(sealed.path, { recipients: [await identityToRecipient(identity)] })
    const plain = execFileSync('age', ['-d', '-i', join(folder, 'identity'), encrypted.path])
    expect(createHash('sha256').update(plain).digest('hex')).toBe(sealed.sha256)
  })
})
