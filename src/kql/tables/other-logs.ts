/** Sentinel's tables of other logs (Azure Monitor reference, tables WindowsEvent and Event). */
import { columns, type KqlTable } from '../schema.ts'

export const windowsEvent: KqlTable = {
  name: 'WindowsEvent',
  what: 'Microsoft Sentinel: records of any log, their fields in EventData',
  columns: columns(`
    TimeGenerated:datetime TenantId Provider Channel Computer Task:int EventLevel:int EventLevelName EventData:dynamic EventID:int
    EventRecordId Keywords Opcode Version:int SystemProcessId:int SystemThreadId:int SystemUserId Correlation RawEventData
    EventOriginId TimeCreated:datetime ManagementGroupName Data:dynamic Type _ResourceId
  `),
}

export const event: KqlTable = {
  name: 'Event',
  what: 'Log Analytics: records of any log, their fields as XML in EventData',
  columns: columns(`
    TimeGenerated:datetime TenantId SourceSystem Source EventLog Computer EventLevel:int EventLevelName ParameterXml EventData
    EventID:int RenderedDescription UserName EventCategory:int Message MG ManagementGroupName AzureDeploymentID Role Type _ResourceId
  `),
}
