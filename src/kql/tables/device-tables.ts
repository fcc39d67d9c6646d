/** Microsoft Defender's tables, as far as Windows' own records fill them (Defender XDR advanced hunting schema). */
import { columns, type KqlTable } from '../schema.ts'

const initiating = `InitiatingProcessId:long InitiatingProcessFileName InitiatingProcessFolderPath InitiatingProcessCommandLine
  InitiatingProcessAccountName InitiatingProcessAccountDomain InitiatingProcessAccountSid InitiatingProcessLogonId:long
  InitiatingProcessParentId:long InitiatingProcessParentFileName InitiatingProcessSHA256`

export const deviceProcessEvents: KqlTable = {
  name: 'DeviceProcessEvents',
  what: 'Microsoft Defender, like: processes of 4688 and Sysmon 1',
  columns: columns(`
    Timestamp:datetime TimeGenerated:datetime DeviceId DeviceName ActionType FileName FolderPath SHA1 SHA256 MD5
    ProcessId:long ProcessCommandLine ProcessIntegrityLevel ProcessTokenElevation ProcessCreationTime:datetime
    AccountDomain AccountName AccountSid AccountUpn LogonId:long ${initiating} ReportId:long AdditionalFields
  `),
}

export const deviceLogonEvents: KqlTable = {
  name: 'DeviceLogonEvents',
  what: 'Microsoft Defender, like: logons of 4624 and 4625',
  columns: columns(`
    Timestamp:datetime TimeGenerated:datetime DeviceId DeviceName ActionType LogonType AccountDomain AccountName AccountSid
    Protocol FailureReason IsLocalAdmin:bool LogonId:long RemoteDeviceName RemoteIP RemoteIPType RemotePort:int
    ${initiating} ReportId:long AdditionalFields
  `),
}

export const deviceEvents: KqlTable = {
  name: 'DeviceEvents',
  what: 'Microsoft Defender, like: scheduled tasks of 4698 to 4702 and services of 4697 and 7045',
  columns: columns(`
    Timestamp:datetime TimeGenerated:datetime DeviceId DeviceName ActionType FileName FolderPath SHA256
    AccountDomain AccountName AccountSid LogonId:long ProcessId:long ProcessCommandLine RemoteIP RemotePort:int
    ${initiating} ReportId:long AdditionalFields:dynamic
  `),
}
