/** The KQL of the playbook: as written, what is wrong with it (windows.md 8), and the right form. */
import { quoteKql as q } from './quote.ts'
import type { Command } from './shapes.ts'
import type { Target } from './target.ts'

const noTaskName =
  'TaskName is no column of SecurityEvent: take it from EventData. The query ends in an error.'
const agoNow = 'ago( ) counts from now, not from the alert: a day later it finds nothing.'
const exactCase = '== tells capitals apart, and names are written in many ways. The SID is one.'
const ingestion =
  'Sentinel takes in 4698, 4699 and 4701 only with the set “All events” or a custom one. No row is no proof.'

const taskName = `| extend TaskName = extract(@'<Data Name="TaskName">([^<]*)</Data>', 1, EventData)`

/** Events of the host within a day of the chain. */
const events = (target: Target) => {
  const short = target.host.split('.')[0] ?? target.host
  return `let H = ${q(short)}; let T0 = datetime(${target.from}); let T1 = datetime(${target.to});
SecurityEvent
| where TimeGenerated between (T0 .. T1)
| where Computer =~ H or Computer startswith strcat(H, ".")`
}
const ofAccount = ({ sid, account }: Target) =>
  sid !== null
    ? `| where TargetUserSid =~ ${q(sid)} or SubjectUserSid =~ ${q(sid)}`
    : `| where TargetUserName =~ ${q(account?.split('\\').at(-1) ?? '')} or SubjectUserName =~ ${q(account?.split('\\').at(-1) ?? '')}`

const columns =
  'TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, RelativeTargetName, TaskName'

export const kql = {
  context: {
    id: 'context',
    title: 'Quick context',
    language: 'KQL',
    changes: false,
    written: `SecurityEvent
| where EventID in (4624, 5145, 4698)
| where TimeGenerated > ago(1d)
| where TargetUserName == "<TargetUserName>" or SubjectUserName == "<SubjectUserName>"
| project TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, TaskName
| order by TimeGenerated desc `,
    faults: [noTaskName, agoNow, exactCase],
    right: (target) => `${events(target)}
| where EventID in (4624, 5145, 4698)
${ofAccount(target)}
${taskName}
| project ${columns}
| order by TimeGenerated asc`,
    notes: () => [ingestion],
  },
  investigate: {
    id: 'investigate',
    title: 'Records of account and host',
    language: 'KQL',
    changes: false,
    written: `securityEvent
| where EventID in (4624, 5145, 4698, 4688)
| where TimeGenerated > ago(1d) 
| where TargetUserName == "<TargetUserName>" or SubjectUserName == "<SubjectUserName>"
| project TimeGenerated, EventID, Computer, TargetUserName, SubjectUserName, SubjectDomainName, IpAddress, ShareName, TaskName, NewProcessName
| order by TimeGenerated desc `,
    faults: [
      'Names of tables tell capitals apart: there is no securityEvent.',
      noTaskName,
      agoNow,
      'What the task starts runs as another account, so a filter on the account hides its processes.',
    ],
    right: (target) => `${events(target)}
| where EventID in (4624, 4698, 4699, 4702, 5145, 4688)
| where EventID == 4688 or TargetUserSid =~ ${q(target.sid ?? '')} or SubjectUserSid =~ ${q(target.sid ?? '')}
${taskName}
| project ${columns}, NewProcessName, NewProcessId, ParentProcessName, CommandLine
| order by TimeGenerated asc`,
    notes: (target) => [
      ...(target.sid === null ? ['The SID of the account is not recorded: put it in by hand.'] : []),
      ingestion,
    ],
  },
  spread: {
    id: 'spread',
    title: 'Systems this address or account reached',
    language: 'KQL',
    changes: false,
    written: `// Systems accessed by this IP/user in last 24h
SecurityEvent
| where IpAddress == "<IpAddress>" or TargetUserName == "<TargetUserName>"
| where EventID == 4624
| where TimeGenerated > ago(24h)
| summarize SystemsAccessed=dcount(Computer), FirstSeen=min(TimeGenerated), LastSeen=max(TimeGenerated) by IpAddress, TargetUserName
| where SystemsAccessed > 1`,
    faults: [
      agoNow,
      exactCase,
      'It counts every kind of logon and every machine account, and does not name the systems.',
      'It groups by address and account together: one host per address is left out though the account reached many.',
    ],
    right: (target) => `let T0 = datetime(${target.from}); let T1 = datetime(${target.to});
SecurityEvent
| where TimeGenerated between (T0 .. T1)
| where EventID == 4624 and LogonType in (3, 10)
| where TargetUserName !endswith "$" and IpAddress !in ("-", "::1", "127.0.0.1")
| where ${
      [
        target.ip === null ? '' : `IpAddress == ${q(target.ip)}`,
        target.sid === null ? '' : `TargetUserSid =~ ${q(target.sid)}`,
      ]
        .filter(Boolean)
        .join(' or ') || 'false'
    }
| summarize Systems = dcount(Computer), Names = make_set(Computer, 100), FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated) by IpAddress, TargetUserSid`,
    notes: (target) =>
      target.ip === null && target.sid === null
        ? ['Neither address nor SID is recorded: put one in by hand.']
        : [],
  },
} as const satisfies Readonly<Record<string, Command>>
