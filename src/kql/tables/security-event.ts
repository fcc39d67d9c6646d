/** Sentinel's table of Security events: its columns (Azure Monitor reference, table SecurityEvent). It has none for a task's name or content. */
import { columns, type KqlTable } from '../schema.ts'

export const securityEvent: KqlTable = {
  name: 'SecurityEvent',
  what: 'Microsoft Sentinel: records of the Security log',
  columns: columns(`
    TimeGenerated:datetime TenantId SourceSystem Account AccountType Computer EventSourceName Channel Task:int Level
    EventData EventID:int Activity SourceComputerId EventOriginId MG TimeCollected:datetime ManagementGroupName AccessList
    AccessMask AccessReason AccountDomain AccountExpires AccountName AccountSessionIdentifier AdditionalInfo AdditionalInfo2
    AllowedToDelegateTo Attributes AuditPolicyChanges AuditsDiscarded:int AuthenticationLevel:int AuthenticationPackageName
    AuthenticationProvider AuthenticationServer AuthenticationService:int AuthenticationType CACertificateHash
    CalledStationID CallerProcessId CallerProcessName CallingStationID CAPublicKeyHash CategoryId CertificateDatabaseHash
    ClassId ClassName ClientAddress ClientIPAddress ClientName CommandLine CompatibleIds DCDNSName DeviceDescription
    DeviceId DisplayName Disposition DomainBehaviorVersion DomainName DomainPolicyChanged DomainSid EAPType ElevatedToken
    ErrorCode:int ExtendedQuarantineState FailureReason FileHash FilePath FilePathNoUser Filter ForceLogoff Fqbn
    FullyQualifiedSubjectMachineName FullyQualifiedSubjectUserName GroupMembership HandleId HardwareIds HomeDirectory
    HomePath ImpersonationLevel InterfaceUuid IpAddress IpPort KeyLength:int LmPackageName LocationInformation
    LockoutDuration LockoutObservationWindow LockoutThreshold LoggingResult LogonGuid LogonHours LogonID LogonProcessName
    LogonType:int LogonTypeName MachineAccountQuota MachineInventory MachineLogon MandatoryLabel MaxPasswordAge MemberName
    MemberSid MinPasswordAge MinPasswordLength MixedDomainMode NASIdentifier NASIPv4Address NASIPv6Address NASPort
    NASPortType NetworkPolicyName NewDate NewMaxUsers NewProcessId NewProcessName NewRemark NewShareFlags NewTime
    NewUacValue NewValue NewValueType ObjectName ObjectServer ObjectType ObjectValueName OemInformation OldMaxUsers
    OldRemark OldShareFlags OldUacValue OldValue OldValueType OperationType PackageName ParentProcessName
    PasswordHistoryLength PasswordLastSet PasswordProperties PreviousDate PreviousTime PrimaryGroupId PrivateKeyUsageCount
    PrivilegeList Process ProcessId ProcessName ProfilePath Properties ProtocolSequence ProxyPolicyName QuarantineHelpURL
    QuarantineSessionID QuarantineSessionIdentifier QuarantineState QuarantineSystemHealthResult RelativeTargetName
    RemoteIpAddress RemotePort Requester RequestId RestrictedAdminMode RowsDeleted SamAccountName ScriptPath
    SecurityDescriptor ServiceAccount ServiceFileName ServiceName ServiceStartType:int ServiceType SessionName
    ShareLocalPath ShareName SidHistory Status SubcategoryGuid SubcategoryId Subject SubjectAccount SubjectDomainName
    SubjectKeyIdentifier SubjectLogonId SubjectMachineName SubjectMachineSID SubjectUserName SubjectUserSid SubStatus
    TableId TargetAccount TargetDomainName TargetInfo TargetLinkedLogonId TargetLogonGuid TargetLogonId
    TargetOutboundDomainName TargetOutboundUserName TargetServerName TargetSid TargetUser TargetUserName TargetUserSid
    TemplateContent TemplateDSObjectFQDN TemplateInternalName TemplateOID TemplateSchemaVersion TemplateVersion
    TokenElevationType TransmittedServices UserAccountControl UserParameters UserPrincipalName UserWorkstations VendorIds
    VirtualAccount Workstation WorkstationName EventRecordId EventLevelName Keywords Opcode Version:int SystemProcessId:int
    SystemThreadId:int SystemUserId Correlation Type _ResourceId
  `),
}
