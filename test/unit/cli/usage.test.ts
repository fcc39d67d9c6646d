import { describe, expect, it } from 'vitest'
import { Cancelled, Refusal } from '../../../src/base/refusal.ts'
import { ReaderGone } from '../../../src/cli/exit-code.ts'
import { actsOnTerminal, caseIn, chainsOf, runInMemory } from './surface.ts'

const verbs = [
  'import',
  'acquire',
  'timeline',
  'query',
  'chains',
  'tasks',
  'answer',
  'allow',
  'dump',
  'inspect',
  'report',
  'export',
  'seal',
  'verify',
  'open',
  'receipt',
  'key',
  'signers',
  'leftovers',
  'practice',
  'serve',
]

describe('the command line', () => {
  it('lists the verbs of this release and no others', async () => {
    const { code, out, err } = await runInMemory(['--help'])
    expect(code).toBe(0)
    expect(err).toBe('')
    const listed = [...out.matchAll(/^ {2}([a-z]+) .*\S$/gm)].map(([, verb]) => verb)
    expect(listed).toEqual([...verbs, 'help'])
  })

  it.each(verbs)('explains %s with examples that name it', async (verb) => {
    const { code, out } = await runInMemory([verb, '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: tasktrail ${verb}`)
    expect(out).toMatch(new RegExp(`Examples:\\n {2}\\$ tasktrail ${verb}`))
  })

  it('prints its version', async () => {
    expect((await runInMemory(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    ['an unknown verb, with a suggestion', ['chians'], /unknown command 'chians'[\s\S]*Did you mean chains/],
    [
      'an unknown option, with a suggestion',
      ['timeline', '--form', 'x'],
      /unknown option '--form'[\s\S]*--from/,
    ],
    ['a host and a list of hosts', ['acquire', 'fs01', '--hosts', 'list.txt'], /one host, or a list/],
    ['neither a host nor a list', ['acquire'], /one host, or a list/],
    ['a password for nobody', ['acquire', 'fs01', '--password'], /--password needs --user/],
    ['no verb at all', [], /Usage: tasktrail/],
    ['a missing argument', ['dump'], /missing required argument/],
    ['an argument too many', ['chains', 'fs01'], /too many arguments/],
    ['a time that is none', ['timeline', '--from', 'yesterday'], /UTC time/],
    ['a number that is none', ['timeline', '--limit', '-1'], /whole number/],
    ['an event id that is none', ['timeline', '--case', 'c', '--event-id', 'logon'], /decimal number/],
    [
      'a filter --not does not know',
      ['timeline', '--case', 'c', '--not', 'colour=red'],
      /--not takes filter=value/,
    ],
    ['two output forms', ['timeline', '--case', 'c', '--json', '--csv'], /exclude each other/],
    ['a cursor that is none', ['timeline', '--case', 'c', '--after', 'abc'], /--after/],
    ['a dump format that is none', ['dump', 'a.evtx', '--format', 'csv'], /Allowed choices are jsonl, xml/],
    ['a digest that is none', ['verify', 'a.zip', '--ticket-sha256', 'abc'], /64 hexadecimal digits/],
    ['no case', ['chains'], /--case DIR.*TASKTRAIL_CASE/],
  ])('ends with 4 for %s', async (_what, args, says) => {
    const { code, out, err } = await runInMemory(args)
    expect(err).toMatch(says)
    expect(out).toBe('')
    expect(code).toBe(4)
  })

  it('ends with 4 for a scenario nobody knows and names those there are', async () => {
    const doors = { practiceScenarios: () => [{ name: 'atexec', title: 'A', teaches: 'B' }] }
    const { code, err } = await runInMemory(['practice', 'atexce'], { doors })
    expect([code, err]).toEqual([4, 'tasktrail: no scenario is called atexce; there are atexec\n'])
  })

  it('escapes what an attacker named, also in its own complaints', async () => {
    const { err } = await runInMemory(['\u001b]0;owned\u0007\u202e'])
    expect(err).toContain('⟨U+001B⟩]0;owned⟨U+0007⟩⟨U+202E⟩')
    expect(err).not.toMatch(actsOnTerminal)
  })

  it('says why it refused and what to do, and ends with 3', async () => {
    const refuse = async () => {
      throw new Refusal(
        'evtx.file.old-format',
        'a.evt is a log of Windows XP\u202e.',
        'Convert it with wevtutil.',
      )
    }
    const { code, out, err } = await runInMemory(['inspect', 'a.evt', '--json'], {
      doors: { inspectLog: refuse },
    })
    expect([code, out]).toEqual([3, ''])
    expect(err).toBe('tasktrail: a.evt is a log of Windows XP⟨U+202E⟩.\n  Convert it with wevtutil.\n')
  })

  it('ends with 3 for a file the system does not give', async () => {
    const missing = () =>
      Promise.reject(Object.assign(new Error("ENOENT: no such file, open 'x'"), { code: 'ENOENT' }))
    expect((await runInMemory(['inspect', 'x'], { doors: { inspectLog: missing } })).code).toBe(3)
  })

  it.each([
    ['a cancellation', new Cancelled()],
    ['an aborted read', Object.assign(new Error('aborted'), { name: 'AbortError' })],
  ])('ends with 130 after %s', async (_what, error) => {
    const { code, err } = await runInMemory(['inspect', 'x'], {
      doors: { inspectLog: () => Promise.reject(error) },
    })
    expect([code, err]).toEqual([
      130,
      `tasktrail: ${error.name === 'Cancelled' ? error.message : 'cancelled'}\n`,
    ])
  })

  it('says what a cancelled import leaves', async () => {
    const stop = new AbortController()
    const doors = {
      importEvidence: async () => {
        stop.abort(new Cancelled())
        throw stop.signal.reason
      },
    }
    const { code, err } = await runInMemory(['import', '/', '--case', 'fs01'], { doors, signal: stop.signal })
    expect(code).toBe(130)
    expect(err).toMatch(/what was finished stays in \/case-work\/fs01.*goes on from there/)
  })

  it('is silent and content when its reader has left', async () => {
    const write = () => Promise.reject(new ReaderGone())
    const doors = { chainsDocument: () => chainsOf() }
    expect(await runInMemory(['chains', '--case', 'c'], { doors, write })).toEqual({
      code: 0,
      out: '',
      err: '',
    })
  })

  it('closes the case also when the work in it fails', async () => {
    let open = 0
    const doors = {
      openCase: async (dir: string) => {
        open += 1
        const close = () => {
          open -= 1
        }
        return caseIn(dir, close)
      },
      chainsDocument: () => Promise.reject(new Error('boom')),
    }
    const { code, err } = await runInMemory(['chains', '--case', 'c'], { doors })
    expect([code, open]).toEqual([3, 0])
    expect(err).toMatch(/unexpected error .*boom/)
  })
})

describe('the case that is meant', () => {
  const opened = async (
    args: readonly string[],
    env: Record<string, string>,
    caseDirs: readonly string[],
    cwd: string,
  ) => {
    let dir = ''
    const doors = {
      isCaseFolder: (folder: string) => caseDirs.includes(folder),
      openCase: async (folder: string) => {
        dir = folder
        return caseIn(dir)
      },
      chainsDocument: () => chainsOf(),
    }
    await runInMemory(['chains', ...args], { doors, env, cwd })
    return dir
  }
  it('is the one named, else that of the environment, else the one around the current folder', async () => {
    const cases = ['/cases/fs01']
    expect(await opened(['--case', 'here'], { TASKTRAIL_CASE: '/env' }, cases, '/cases/fs01')).toBe(
      '/cases/fs01/here',
    )
    expect(await opened([], { TASKTRAIL_CASE: '/env' }, cases, '/cases/fs01')).toBe('/env')
    expect(await opened([], {}, cases, '/cases/fs01/evidence/a')).toBe('/cases/fs01')
    expect(await opened([], {}, cases, '/cases/dc01')).toBe('')
  })
})
