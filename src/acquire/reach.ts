/**
 * Whether the ports of the ways that PowerShell opens answer at all: asked side by side before any of them is tried, because WinRM
 * takes half a minute to give up a port that is silent. SSH is not asked so: its own configuration may lead elsewhere.
 */
import { connect } from 'node:net'

export type PortState = 'open' | 'closed' | 'silent' | 'no-address'
/** Asks one port. Sends nothing. */
export type AskPort = (host: string, port: number) => Promise<PortState>

const patienceMs = 4000

export const askPort: AskPort = (host, port) =>
  new Promise((resolve) => {
    const socket = connect({ host, port, autoSelectFamily: true })
    const end = (state: PortState) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(state)
    }
    const timer = setTimeout(() => end('silent'), patienceMs)
    socket.once('connect', () => end('open'))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') end('no-address')
      else if (error.code === 'ETIMEDOUT' || error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH')
        end('silent')
      else end('closed')
    })
  })

/** Ports that a way needs first. */
export const portOf = (way: 'winrm' | 'winrm-https' | 'cim', port: number | undefined): number =>
  way === 'cim' ? 135 : (port ?? (way === 'winrm' ? 5985 : 5986))
