/** What an acquisition writes into the custody journal while it goes on. */
import type { Connection, TrustChange } from '../acquire/connect.ts'
import type { Preflight } from '../acquire/preflight.ts'
import type { OpenCase } from './open-case.ts'

/** Who got in, by which way, and why not by the others. */
export async function journalConnection(
  open: OpenCase,
  host: string,
  runId: string,
  connection: Connection,
): Promise<void> {
  const { hello, tried } = connection
  const [way, ...notBy] = [tried.find((one) => one.ok), ...tried.filter((one) => !one.ok)]
  await open.custody.append({
    action: 'connected',
    location: { from: host, to: 'this workstation' },
    method: `${connection.way}, agent sha256 ${connection.agentSha256}`,
    note: [
      `run ${runId}: ${hello.name} (${hello.sid}) on ${hello.computer}, process ${hello.pid}, PowerShell ${hello.powershell}${connection.hostKey ? `, host key ${connection.hostKey}` : ''}`,
      ...(connection.certificate ? [way?.why.slice(0, 400) ?? ''] : []),
      ...notBy.map((one) => `not by ${one?.way}: ${one?.why.slice(0, 200)}`),
    ].join('; '),
  })
  for (const change of connection.trust)
    await journalTrust(open, change, 'changed with the operator’s consent')
}

export async function journalTrust(open: OpenCase, change: TrustChange, what: string): Promise<void> {
  await open.custody.append({
    action: 'note',
    note: `TrustedHosts of this workstation ${what}: from "${change.before.slice(0, 500)}" to "${change.after.slice(0, 500)}" (${change.command.slice(0, 700)})`,
  })
}

/** Each staging folder of another run that was removed from the host. */
export async function journalCleaned(
  open: OpenCase,
  host: string,
  runId: string,
  gone: Preflight['left'],
): Promise<void> {
  for (const one of gone)
    await open.custody.append({
      action: 'host-changed',
      location: { from: host, to: '' },
      note: `run ${runId}: the staging folder of run ${one.run}, ${one.size} bytes, last written ${one.modified}, was removed because the operator asked for it`,
    })
}
