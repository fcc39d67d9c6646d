import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agentText, encodedBootstrap, scriptText } from '../../../src/acquire/script-text.ts'
import { pinsSource, scripts } from '../../windows/pins.ts'

it('the program is built with the hash of every script', async () => {
  await expect(pinsSource()).toMatchFileSnapshot('../../../src/acquire/script-pins.ts')
})

it('a script that was changed by one byte is not sent anywhere', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tt-scripts-'))
  try {
    cpSync(scripts, dir, { recursive: true })
    expect(scriptText('agent.ps1', dir)).toContain('Invoke-TtRequest')
    writeFileSync(join(dir, 'agent.ps1'), `${scriptText('agent.ps1', dir)}#`)
    expect(() => scriptText('agent.ps1', dir)).toThrow(
      expect.objectContaining({ code: 'acquire.scripts.altered' }),
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

it('the agent names the run, says its length and hash first, and is plain ASCII', () => {
  const agent = agentText('ab'.repeat(16))
  expect(agent.text).toMatch(/^# tasktrail-run:(ab){16}\n/)
  const head = agent.frame.subarray(0, agent.frame.indexOf(10)).toString()
  expect(head).toBe(`${agent.text.length} ${agent.sha256}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything but ASCII is looked for
  expect(agent.text).not.toMatch(/[^\x00-\x7f]/)
})

it('the bootstrap fits the command line of cmd.exe with all that ssh puts around it', () => {
  expect(encodedBootstrap()).toMatch(/^[A-Za-z0-9+/=]+$/)
  expect(encodedBootstrap().length).toBeLessThan(8191 - 300)
})
