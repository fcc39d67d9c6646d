import { describe, expect, it } from 'vitest'
import { linkReason, linkWords } from '../../../../../renderer/views/overview/chain-drawing/link-words.ts'
import {
  asSentence,
  gapStateWord,
  mechanismWord,
  shareWord,
} from '../../../../../renderer/views/overview/words.ts'

describe('words of the overview', () => {
  it('makes a reason a sentence and leaves names alone', () => {
    expect(asSentence('owns no atsvc access')).toBe('Owns no atsvc access.')
    expect(asSentence('The deletion is recorded (4699).')).toBe('The deletion is recorded (4699).')
    expect(asSentence('cmd.exe started')).toBe('cmd.exe started.')
    expect(asSentence('  ')).toBe('')
  })
  it('shortens a share to its name', () => {
    expect(shareWord('\\\\*\\ADMIN$')).toBe('ADMIN$')
    expect(shareWord('IPC$')).toBe('IPC$')
  })
  it('shows a value it does not know as it is', () => {
    expect(mechanismWord('by-pigeon')).toBe('by-pigeon')
    expect(gapStateWord('not-audited')).toBe('Not audited')
    expect(linkReason('Z9', '', '')).toBe('Z9')
  })
  it('never calls a process of the host a remote caller', () => {
    expect(linkReason('L5', 'process-started', 'task-created')).toBe('this process asked for it')
    expect(linkReason('L5', 'smb-logon', 'task-created')).toBe('caller is remote')
  })
  it('gives a link its reason and its time, then less', () => {
    expect(linkWords('L3', -20.3486, 'pipe-opened', 'task-created')).toEqual([
      'same account, 20.3 ms',
      'same account',
      '20.3 ms',
    ])
  })
})
