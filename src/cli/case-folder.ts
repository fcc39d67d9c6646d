import { hostname, userInfo } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Operator } from '../domain/operator.ts'
import type { Case, Doors } from './doors.ts'
import { UsageError } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** Which case is meant: `--case`, else `$TASKTRAIL_CASE`, else the case the current folder lies in. */
export function findCaseFolder(
  named: string | undefined,
  terminal: Pick<Terminal, 'cwd' | 'env'>,
  isCaseFolder: (dir: string) => boolean,
): string | undefined {
  const given = named || terminal.env.TASKTRAIL_CASE
  if (given) return resolve(terminal.cwd, given)
  for (let dir = resolve(terminal.cwd); ; dir = dirname(dir)) {
    if (isCaseFolder(dir)) return dir
    if (dirname(dir) === dir) return undefined
  }
}

/** The same, as a usage error when no case is meant. */
export function caseFolder(named: string | undefined, terminal: Terminal, doors: Doors): string {
  const dir = findCaseFolder(named, terminal, doors.isCaseFolder)
  if (dir) return dir
  throw new UsageError('no case is named: give --case DIR, set TASKTRAIL_CASE, or work inside a case folder')
}

/** As `withCase`, for work that only reads: another process may write to the case meanwhile. */
export const withCaseToRead = <T>(
  named: string | undefined,
  terminal: Terminal,
  doors: Doors,
  work: (open: Case) => T | Promise<T>,
): Promise<T> => withCase(named, terminal, doors, work, 'read')

/** Opens the case, lends it to `work`, and closes it whatever happens. */
export async function withCase<T>(
  named: string | undefined,
  terminal: Terminal,
  doors: Doors,
  work: (open: Case) => T | Promise<T>,
  access: 'read' | 'write' = 'write',
): Promise<T> {
  const folder = caseFolder(named, terminal, doors)
  const open = await doors.openCase(folder, { operator: operatorOf(terminal), access })
  try {
    return await work(open)
  } finally {
    open.close()
  }
}

/** Who works here, for the custody journal: `$TASKTRAIL_OPERATOR` may give the full name. */
export function operatorOf({ env }: Pick<Terminal, 'env'>): Operator {
  const name = accountName() ?? env.USER ?? env.USERNAME ?? 'unknown'
  return {
    name: env.TASKTRAIL_OPERATOR?.trim().slice(0, 200) || name,
    account: env.USERDOMAIN ? `${env.USERDOMAIN}\\${name}` : name,
    workstation: hostname() || 'unknown',
  }
}

function accountName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined // an account without an entry, as in some containers
  }
}
