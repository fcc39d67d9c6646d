import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { runInMemory } from './surface.ts'

const page = resolve(import.meta.dirname, '../../../docs/cli.md')

// After a change of a verb: npm test -- test/unit/cli/docs.test.ts -u
it('is documented as its own help says it', async () => {
  const blocks = /(<!-- help: ?(\S*) -->\n```text\n)[\s\S]*?(```)/g
  const before = readFileSync(page, 'utf8')
  const documented = [...before.matchAll(blocks)].map(([, , verb]) => verb ?? '')
  const help = new Map<string, string>()
  for (const verb of documented) help.set(verb, (await runInMemory(verb ? [verb, '--help'] : ['--help'])).out)
  const listed = [...(help.get('') ?? '').matchAll(/^ {2}([a-z]+) .*\S$/gm)].map(([, verb]) => verb)
  expect(documented).toEqual(['', ...listed.filter((verb) => verb !== 'help')])
  const after = before.replace(
    blocks,
    (_, start: string, verb: string, end: string) => `${start}${help.get(verb)}${end}`,
  )
  await expect(after).toMatchFileSnapshot(page)
})
