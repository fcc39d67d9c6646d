import { hostname, userInfo } from 'node:os'
import type { Operator } from '../domain/operator.ts'

/** The person at this machine, as the operating system knows them, for the custody journal. */
export function currentOperator(environment: NodeJS.ProcessEnv = process.env): Operator {
  const account = accountName(environment)
  const domain = environment.USERDOMAIN
  const workstation = hostname() || 'unknown'
  return {
    name: environment.TASKTRAIL_OPERATOR?.trim().slice(0, 200) || account,
    account: domain ? `${domain}\\${account}` : account,
    workstation,
  }
}

/** userInfo() throws for a uid without a password entry (containers). */
function accountName(environment: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username
  } catch {
    return environment.USER || environment.USERNAME || `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
