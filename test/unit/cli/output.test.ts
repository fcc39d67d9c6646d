import { describe, expect, it } from 'vitest'
import type { Imported, Verification } from '../../../src/cli/doors.ts'
import { actsOnTerminal, caseIn, chainOf, chainsOf, runInMemory } from './surface.ts'

const hostile = 'a\u001b[2Jb\u202ec\u0000d'

describe('chains', () => {
  const doors = (changes: Parameters<typeof chainOf>[0] = {}) => ({
    chainsDocument: () => chainsOf(chainOf(changes)),
  })
  it('read like a short report: who, what, from where, why, and what cannot be known', async () => {
    const { code, out } = await runInMemory(['chains', '--case', 'c'], { doors: doors(), columns: 120 })
    expect(code).toBe(0)
    expect(out).toContain(
      'OFFSEC\\admmig created the task \\bouWFQYO from 10.23.123.11 over the named pipe atsvc (SMB).',
    )
    expect(out).toMatch(/source +10\.23\.123\.11 port 56594, logon 0x5a41984 · rule L3, strong/)
    expect(out).toMatch(/rejected +10\.23\.23\.9, logon 0x5a4175e: owns no atsvc access/)
    expect(out).toMatch(/executed +yes: its action/)
    expect(out).toMatch(/deleted +unknown: deletion is not audited/)
    expect(out).toMatch(/L3 +strong +2004847 +2004852 +\+20\.349 ms +sid S-1-5-21-1-1111/)
    expect(out).toMatch(/expected-absent +4624 with an address for 0x5a419bc/)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it('claim no source where none is known, and no certainty where it is only probable', async () => {
    const source = {
      ip: null,
      port: null,
      host: null,
      hostBasis: null,
      logonId: null,
      basis: null,
      strength: null,
      candidates: [],
      rejected: [],
    }
    const { out } = await runInMemory(['chains', '--case', 'c'], {
      doors: doors({
        source,
        mechanism: 'remote-probable',
        path: 'undetermined',
        account: { sid: null, name: null, domain: null, basis: null },
      }),
    })
    expect(out).toContain(
      'an unknown account created the task \\bouWFQYO (probably) by a way that cannot be determined.',
    )
    expect(out).toMatch(/source +cannot be told/)
  })

  it('let no text of the evidence act on the terminal', async () => {
    const task = { ...chainOf().task, path: hostile, action: hostile }
    const { out } = await runInMemory(['chains', '--case', 'c'], {
      doors: doors({ task }),
      isTerminal: true,
      columns: 100,
    })
    expect(out).toContain('a⟨U+001B⟩[2Jb⟨U+202E⟩c⟨U+0000⟩d')
    expect(out).not.toMatch(actsOnTerminal)
  })

  it('print the same JSON every time, with nothing in it that a terminal would obey', async () => {
    const task = { ...chainOf().task, path: `${hostile}\u009b2J\u2066` }
    const run = () => runInMemory(['chains', '--case', 'c', '--json'], { doors: doors({ task }) })
    const [first, second] = [await run(), await run()]
    expect(first.out).toBe(second.out)
    expect(first.out).not.toMatch(actsOnTerminal)
    expect(JSON.parse(first.out).chains[0].task.path).toBe(task.path)
  })
})

describe('import', () => {
  const found: Imported = {
    case: '/cases/fs01',
    evidence: [
      {
        id: 'ab'.repeat(32),
        sha256: 'ab'.repeat(32),
        size: 69_632,
        name: 'Security.evtx',
        origin: '/mnt/Security.evtx',
        kind: 'evtx',
        host: 'FS01',
        channel: 'Security',
        provenance: 'full-export',
        provenanceReasons: [],
        records: 51,
        events: 51,
        problems: 0,
        first: null,
        last: null,
        missingRecords: '0',
        admittedAt: '2026-01-01T00:00:00.000Z',
        state: 'complete',
      },
    ],
    records: 51,
    events: 51,
    problems: [],
  }
  it('makes the case that is not there, and opens the one that is', async () => {
    const calls: string[] = []
    const door = (name: string) => async (dir: string, about: object) => {
      calls.push(`${name} ${dir} ${'title' in about ? about.title : ''}`.trim())
      return caseIn(dir)
    }
    const doors = {
      createCase: door('create'),
      openCase: door('open'),
      isCaseFolder: (dir: string) => dir.endsWith('old'),
      importEvidence: async (_open: unknown, paths: readonly string[]) => {
        calls.push(...paths)
        return found
      },
    }
    await runInMemory(['import', 'a.evtx', '/', '--case', 'new'], { doors })
    await runInMemory(['import', '/', '--case', 'old'], { doors })
    expect(calls).toEqual(['create /case-work/new new', '/case-work/a.evtx', '/', 'open /case-work/old', '/'])
  })

  it('makes no case where there is nothing to take', async () => {
    const { code, err } = await runInMemory(['import', 'nothing.evtx', '--case', 'new'])
    expect(code).toBe(3)
    expect(err).toMatch(/nothing at \/case-work\/nothing\.evtx\n {2}Check the spelling/)
  })

  it.each([
    ['nothing to report', [], 0],
    ['only notes', ['info'], 0],
    ['a warning', ['info', 'warning'], 2],
    ['an error', ['error'], 2],
  ] as const)('ends by its problems: %s', async (_what, severities, expected) => {
    const problems = severities.map((severity) => ({
      code: 'a.b.c',
      severity,
      evidenceId: null,
      where: 'chunk 1',
      what: hostile,
    }))
    const doors = { importEvidence: async () => ({ ...found, problems }) }
    const { code, out } = await runInMemory(['import', '/', '--case', 'c'], { doors })
    expect(code).toBe(expected)
    expect(out).toContain('1 item of evidence, 51 records, 51 events')
    expect(out.includes('⟨U+001B⟩')).toBe(severities.length > 0)
    const json = await runInMemory(['import', '/', '--case', 'c', '--json'], { doors })
    expect(JSON.parse(json.out)).toEqual({ ...found, problems })
    expect(json.code).toBe(expected)
  })

  it('shows progress on stderr where it was asked for, and nowhere else', async () => {
    const progress = {
      phase: 'Reading Security.evtx',
      step: 'parse',
      done: 1 << 20,
      total: 4 << 20,
      unit: 'bytes',
      rate: 1 << 20,
      remainingSeconds: 3,
    } as const
    const doors = {
      importEvidence: async (
        _open: unknown,
        _paths: unknown,
        how: { onProgress: (at: typeof progress) => void },
      ) => {
        how.onProgress(progress)
        return found
      },
    }
    expect((await runInMemory(['import', '/', '--case', 'c'], { doors })).err).toBe('')
    expect((await runInMemory(['import', '/', '--case', 'c', '--progress'], { doors })).err).toBe(
      'Reading Security.evtx  25%  1.0 MiB of 4.0 MiB  1.0 MiB/s  3 s left\n',
    )
    const onScreen = await runInMemory(['import', '/', '--case', 'c'], { doors, stderrIsTerminal: true })
    const clear = '\r\u001b[K'
    expect(onScreen.err.split(clear)).toEqual(['', expect.stringMatching(/^Reading Security\.evtx .*$/), ''])
  })
})

describe('verify', () => {
  it.each([
    ['VALID-SIGNED', 0],
    ['VALID-UNSIGNED', 2],
    ['VALID-UNKNOWN-SIGNER', 2],
    ['INVALID', 1],
    ['UNSAFE', 3],
    ['UNREADABLE', 3],
    ['SOMETHING-NEW', 1],
  ])('ends by its verdict: %s with %i', async (verdict, expected) => {
    const found = {
      verdict,
      bagDigest: null,
      zipSha256: 'ab'.repeat(32),
      signer: null,
      timeStamp: null,
      findings: [
        {
          severity: 'bad',
          code: 'bundle.file.altered',
          path: `data/${hostile}`,
          what: 'altered',
          hint: null,
        },
      ],
      checked: { files: 3, bytes: 1000 },
    } as Verification // also a verdict of a later version
    const doors = { verifyBundleFile: async () => found }
    const { code, out } = await runInMemory(['verify', 'a.zip'], { doors })
    expect(code).toBe(expected)
    expect(out).toContain(verdict)
    expect(out).toContain('data/a⟨U+001B⟩[2Jb⟨U+202E⟩c⟨U+0000⟩d')
    expect(JSON.parse((await runInMemory(['verify', 'a.zip', '--json'], { doors })).out)).toEqual(found)
  })
})

describe('dump', () => {
  it('hands every line on, makes it harmless, and ends with 2 when a record could not be read', async () => {
    const doors = {
      dumpLogs: async (_paths: unknown, how: { write: (text: string) => void | Promise<void> }) => {
        await how.write('{"data":{"name":"\u009b\u202e"}}\n')
        return { records: 1, problems: 1 }
      },
    }
    const { code, out, err } = await runInMemory(['dump', 'a.evtx'], { doors })
    expect([code, out]).toEqual([2, '{"data":{"name":"\\u009b\\u202e"}}\n'])
    expect(err).toMatch(/1 problem/)
  })

  it.each([
    ['one that is no log', ['a.evt'], 0, 3],
    ['one among others that is no log', ['a.evt', 'b.evtx'], 7, 2],
  ])('ends by what could be read: %s', async (_what, paths, records, expected) => {
    const line = (file?: string) =>
      `${JSON.stringify({ file, chunk: -1, offset: 0, problem: { code: 'evtx.file.legacy-evt', what: `old${hostile}` } })}\n`
    const doors = {
      dumpLogs: async (given: readonly string[], how: { write: (text: string) => void | Promise<void> }) => {
        expect(given).toEqual(paths) // as given: they stand in the output
        await how.write(line(paths.length > 1 ? paths[0] : undefined))
        return { records, problems: 1 }
      },
    }
    const { code, err } = await runInMemory(['dump', ...paths], { doors })
    expect(code).toBe(expected)
    expect(err).toContain('olda⟨U+001B⟩[2Jb⟨U+202E⟩c⟨U+0000⟩d\n')
  })

  it('ends with 0 where all that is said is a note', async () => {
    const note = { code: 'evtx.file.chunk-count', severity: 'info', what: 'copied while Windows wrote it' }
    const doors = {
      dumpLogs: async (_paths: unknown, how: { write: (text: string) => void | Promise<void> }) => {
        await how.write(`${JSON.stringify({ chunk: -1, offset: 42, problem: note })}\n`)
        return { records: 5, problems: 1 }
      },
    }
    expect(await runInMemory(['dump', 'a.evtx'], { doors })).toMatchObject({ code: 0, err: '' })
  })

  it('takes no value of a record for a word of its own', async () => {
    const line = `${JSON.stringify({ chunk: 0, offset: 512, data: { code: 'evtx.file.not-evtx', what: 'x' } })}\n`
    const doors = {
      dumpLogs: async (_paths: unknown, how: { write: (text: string) => void | Promise<void> }) => {
        await how.write(line)
        return { records: 0, problems: 1 }
      },
    }
    expect((await runInMemory(['dump', 'a.evtx'], { doors })).code).toBe(2)
  })
})

describe('inspect', () => {
  it('refuses what is no log, and says so in JSON too', async () => {
    const problems = [
      { code: 'evtx.file.empty', severity: 'error', chunk: -1, offset: 0, what: 'The file is empty.' },
    ] as const
    const doors = {
      inspectLog: async () => ({ sha256: 'ab', size: 0, readable: false as const, problems: [...problems] }),
    }
    expect(await runInMemory(['inspect', 'a.evtx'], { doors })).toEqual({
      code: 3,
      out: '',
      err: 'tasktrail: a.evtx: The file is empty.\n',
    })
    const { code, out } = await runInMemory(['inspect', 'a.evtx', '--json'], { doors })
    expect([code, JSON.parse(out).problems]).toEqual([3, problems])
  })
})
