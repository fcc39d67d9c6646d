import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { verifyBundle } from '../../../src/bundle/verify.ts'
import { writeWithSidecar } from '../../builders/sealed-bundle.ts'
import { buildZip } from '../../builders/zip-builder.ts'

const archive = resolve(import.meta.dirname, '../../../../shared/standards/bagit-conformance-suite.tar.gz')
const haveSuite = existsSync(archive)
if (!haveSuite) {
  const reason = `no BagIt conformance suite at ${archive}: foreign bags are not tested`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(reason)
}
const folder = mkdtempSync(join(tmpdir(), 'bagit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
if (haveSuite) execFileSync('tar', ['-xzf', archive, '-C', folder])
const suite = join(folder, 'bagit-conformance-suite')

function bags(...kind: string[]): string[] {
  const dir = join(suite, ...kind)
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => statSync(join(dir, name)).isDirectory())
    .map((name) => [...kind, name].join('/'))
}

/** The bag as a ZIP with one root folder. */
function zipOf(bag: string): Buffer {
  const dir = join(suite, bag)
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return buildZip(
    paths.map((path) => ({
      name: `bag/${relative(dir, path).split(sep).join('/')}`,
      bytes: readFileSync(path),
    })),
  )
}

let count = 0
async function reportOn(bag: string) {
  return (await verifyBundle(writeWithSidecar(join(folder, `bag-${count++}.zip`), zipOf(bag)))).report
}

describe.runIf(haveSuite)('the BagIt conformance suite', () => {
  const mustFail = [
    ...bags('v0.97', 'invalid'),
    ...bags('v0.97', 'linux-only'),
    ...bags('v0.97', 'windows-only'),
    ...bags('v1.0', 'invalid'),
  ]
  test('is there', () => {
    expect(mustFail.length).toBeGreaterThan(20)
    expect([...bags('v0.97', 'valid'), ...bags('v1.0', 'valid')].length).toBeGreaterThan(10)
  })

  test.each(mustFail)('A38 %s is rejected', async (bag) => {
    const report = await reportOn(bag)
    expect(['INVALID', 'UNSAFE']).toContain(report.verdict)
  })

  test.each([...bags('v0.97', 'valid'), ...bags('v1.0', 'valid')])(
    'A38 %s is valid, and no bundle of ours',
    async (bag) => {
      const report = await reportOn(bag)
      expect(report.findings.filter((finding) => !['warning', 'note'].includes(finding.severity))).toEqual([])
      expect(report.verdict).toBe('VALID-UNSIGNED')
      expect(report.findings.map((finding) => finding.code)).toContain('FOREIGN_BAG')
    },
  )

  test.each(bags('v0.97', 'warning'))('%s does not break the verifier', async (bag) => {
    expect((await reportOn(bag)).verdict).toMatch(/^(?:VALID-UNSIGNED|INVALID)$/)
  })
})
