import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Doors } from './doors.ts'

/** The file that makes a folder a case; `caseFileName` of the workflow, which is not loaded just to look for it. */
export const caseMark = 'case.json'

/** The real verbs. Each is loaded when it is used, so that `--help` and a usage error cost nothing. */
export const workflowDoors: Doors = {
  isCaseFolder: (dir) => existsSync(join(dir, caseMark)),
  async createCase(dir, about) {
    return (await import('../workflow/open-case.ts')).createCase(dir, about)
  },
  async openCase(dir, about) {
    return (await import('../workflow/open-case.ts')).openCase(dir, about)
  },
  async readyIngest(paths) {
    return (await import('../workflow/ready-ingest.ts')).readyIngest(paths)
  },
  async importEvidence(open, paths, how) {
    return (await import('../workflow/import-evidence.ts')).importEvidence(open, paths, how)
  },
  async preflightHost(how) {
    return (await import('../workflow/preflight-host.ts')).preflightHost(how)
  },
  async preflightHosts(hosts, how) {
    return (await import('../workflow/acquire-hosts.ts')).preflightHosts(hosts, how)
  },
  async acquireHost(open, how) {
    return (await import('../workflow/acquire-host.ts')).acquireHost(open, how)
  },
  async acquireHosts(open, hosts, how) {
    return (await import('../workflow/acquire-hosts.ts')).acquireHosts(open, hosts, how)
  },
  async acquireFiles(open, how) {
    return (await import('../workflow/acquire-files.ts')).acquireFiles(open, how)
  },
  async readHosts(path) {
    return (await import('../workflow/acquire-hosts.ts')).readHosts(path)
  },
  async lastPlanOf(open, host) {
    return (await import('../workflow/last-plans.ts')).lastPlanOf(open, host)
  },
  async timelineSlice(open, filter, from, count) {
    return (await import('../workflow/read-timeline.ts')).timelineSlice(open, filter, from, count)
  },
  async queryCase(open, request, signal) {
    return (await import('../workflow/query/query-case.ts')).queryCase(open, request, signal)
  },
  async filledQueries(open, chain) {
    return (await import('../workflow/query/filled-queries.ts')).filledQueriesOf(open, chain)
  },
  async chainsDocument(open, asked) {
    return (await import('../workflow/find-chains.ts')).chainsDocument(open, asked)
  },
  async answersDocument(open, chain) {
    return (await import('../workflow/playbook-answers.ts')).answersDocument(open, chain)
  },
  async iocsDocument(open, chain) {
    return (await import('../workflow/playbook-answers.ts')).iocsDocument(open, chain)
  },
  async chainId(open, chain) {
    return (await import('../workflow/playbook-answers.ts')).chainOfCase(open, chain).id
  },
  async addMark(open, statement, by) {
    return (await import('../workflow/analyst-marks.ts')).addMark(open, statement, by)
  },
  async allowDocument(open) {
    return (await import('../workflow/playbook-answers.ts')).allowDocument(open)
  },
  async listTasks(open) {
    return (await import('../workflow/list-tasks.ts')).listTasks(open)
  },
  async taskHosts(open) {
    return (await import('../workflow/list-tasks.ts')).taskHosts(open)
  },
  async taskTroubles(open) {
    return (await import('../workflow/list-tasks.ts')).taskTroubles(open)
  },
  async dumpLogs(paths, how) {
    return (await import('../workflow/dump-log.ts')).dumpLogs(paths, how)
  },
  async inspectLog(path, how) {
    return (await import('../workflow/inspect-log.ts')).inspectLog(path, how)
  },
  async makeReport(open, how) {
    return (await import('../workflow/make-report.ts')).makeReport(open, how)
  },
  async printReport(html, how) {
    return (await import('../workflow/print-report.ts')).printReport(html, how)
  },
  async exportCase(open, how) {
    return (await import('../workflow/export-case.ts')).exportCase(open, how)
  },
  async sealCase(open, how) {
    return (await import('../workflow/seal-bundle.ts')).sealCase(open, how)
  },
  async verifyBundleFile(path, how) {
    return (await import('../workflow/verify-bundle.ts')).verifyBundleFile(path, how)
  },
  async decryptBundleFile(path, target, how) {
    await (await import('../workflow/verify-bundle.ts')).decryptBundleFile(path, target, how)
  },
  async casesFolder() {
    return (await import('../workflow/operator-folders.ts')).casesFolder()
  },
  async findLeftovers(folders) {
    return (await import('../workflow/leftovers.ts')).findLeftovers(folders)
  },
  async removeLeftovers(paths) {
    return (await import('../workflow/leftovers.ts')).removeLeftovers(paths)
  },
  async trustedSigners() {
    return (await import('../workflow/trusted-signers.ts')).trustedSigners()
  },
  async addTrustedSigners(text, name) {
    return (await import('../workflow/trusted-signers.ts')).addTrustedSigners(text, name)
  },
  async removeTrustedSigner(which) {
    return (await import('../workflow/trusted-signers.ts')).removeTrustedSigner(which)
  },
  async openBundle(paths, how) {
    return (await import('../workflow/open-bundle.ts')).openBundle(paths, how)
  },
  async makeReceipt(path, how) {
    return (await import('../workflow/receipts.ts')).makeReceipt(path, how)
  },
  async admitReceipt(open, path, how) {
    return (await import('../workflow/receipts.ts')).admitReceipt(open, path, how)
  },
  async ownKey(operator) {
    return (await import('../workflow/key-facts.ts')).ownKey(operator)
  },
  async keysOfAgent(operator) {
    return (await import('../workflow/key-facts.ts')).keysOfAgent(operator)
  },
  async newKey(operator, passphrase) {
    return (await import('../workflow/key-facts.ts')).newKey(operator, passphrase)
  },
  async changePassphrase(operator, change) {
    return (await import('../workflow/key-facts.ts')).changePassphrase(operator, change)
  },
  async summariseCase(open) {
    return (await import('../workflow/summarise-case.ts')).summariseCase(open)
  },
  async practiceScenarios() {
    return (await import('../workflow/make-practice.ts')).practiceScenarios()
  },
  async writePractice(dir, how) {
    return (await import('../workflow/make-practice.ts')).writePractice(dir, how)
  },
  async runServe(how) {
    return (await import('../serve/run-serve.ts')).runServe(how)
  },
}
