import { readFile } from 'node:fs/promises'
import { ORPCError } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { Cancelled, Refusal } from '../../../src/base/refusal.ts'
import { answerError, describeError, isFault } from '../../../src/engine/answer-errors.ts'

const fail = (path: string): Promise<unknown> =>
  readFile(path).then(
    () => undefined,
    (error: unknown) => error,
  )

describe('what becomes of an error', () => {
  it('a refusal keeps its code, message, remedy and facts', () => {
    const error = answerError(new Refusal('a.b.c', 'What happened.', 'What to do.', { path: 'p' }))
    expect(error).toMatchObject({
      code: 'REFUSED',
      message: 'What happened.',
      data: { code: 'a.b.c', remedy: 'What to do.', facts: { path: 'p' } },
    })
    expect(isFault(error)).toBe(false)
  })

  it('a cancellation is one, and an abort is one only when the work was told to stop', () => {
    const abort = Object.assign(new Error('aborted'), { name: 'AbortError' })
    expect(answerError(new Cancelled()).code).toBe('CANCELLED')
    expect(answerError(abort, true).code).toBe('CANCELLED')
    expect(answerError(abort, false).code).toBe('INTERNAL_SERVER_ERROR')
  })

  it('trouble with files is a refusal with the way out', async () => {
    expect(answerError(await fail('/nowhere/at-all'))).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('/nowhere/at-all'),
      data: { code: 'disk.file.missing', facts: { errno: 'ENOENT', path: '/nowhere/at-all' } },
    })
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' })
    expect(answerError(full)).toMatchObject({ data: { remedy: expect.stringContaining('another disk') } })
  })

  it('a bug is said to be ours, and its cause stays on this side', () => {
    const cause = new TypeError('x is undefined')
    const error = answerError(cause)
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', defined: false })
    expect(error.message).toMatch(/Tasktrail's own.*x is undefined/)
    expect(JSON.stringify(error)).not.toContain('.ts')
    expect(isFault(error)).toBe(true)
    expect(describeError(error)).toMatch(/caused by: TypeError: x is undefined/)
    expect(isFault(new ORPCError('BAD_REQUEST'))).toBe(false)
  })

  it('a code on an error that no system call made is not taken for one', () => {
    expect(answerError(Object.assign(new Error('x'), { code: 'ENOENT' })).code).toBe('INTERNAL_SERVER_ERROR')
    expect(answerError('text').code).toBe('INTERNAL_SERVER_ERROR')
    expect(answerError(undefined).code).toBe('INTERNAL_SERVER_ERROR')
  })
})
