import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { looksLikeJob, readJobFile } from '../../../src/tasks/job-file.ts'
import { haveSamples, sample } from '../../samples.ts'

describe('a .job file', () => {
  it('needs its fixed part', () => {
    expect(looksLikeJob(new Uint8Array(10))).toBe(false)
    expect(readJobFile(new Uint8Array(200))).toBeUndefined()
  })

  it.skipIf(!haveSamples)('as at.exe leaves it tells command, author and time', () => {
    const bytes = new Uint8Array(readFileSync(sample('task-job/puffyCid+artemis/At1.job')))
    expect(readJobFile(bytes)).toMatchObject({
      id: '{01402FF8-7371-4BBA-A728-A7D4F012D5C6}',
      command: 'cmd.exe',
      author: 'WORKGROUP\\DESKTOP-EIS938N$',
      comment: 'Created by NetScheduleJobAdd.',
      status: 0x41303,
      lastRun: undefined,
      triggers: [{ kind: 'once', start: '2023-08-01T00:00', disabled: false }],
      trouble: undefined,
    })
    for (let cut = 0; cut < bytes.length; cut++) {
      const reading = readJobFile(bytes.subarray(0, cut))
      if (cut < 70) expect(reading).toBeUndefined()
      else if (cut < 222) expect(reading?.trouble).toBeDefined()
    }
  })
})
