/**
 * Task paths that Windows and common software make themselves (windows.md §5.5). A name is chosen by whoever makes the task: that it
 * is known is what the playbook asks for, and proves nothing.
 */
const known: readonly RegExp[] = [
  /^\\createexplorershellunelevatedtask$/,
  /^\\onedrive (standalone update|reporting) task-s-1-5-21-[\d-]+$/,
  /^\\mozilla\\firefox (default browser agent|background update) [0-9a-f]+$/,
  /^\\googleuserpeh\\/,
  /^\\googleupdatetaskmachine(core|ua)(\{[0-9a-f-]+\})?$/,
  /^\\microsoftedgeupdatetaskmachine(core|ua)(\{[0-9a-f-]+\})?$/,
  /^\\microsoft\\office\\office (automatic updates 2\.0|background push maintenance|clicktorun service monitor|feature updates)$/,
  /^\\microsoft\\visualstudio\\updates\\backgrounddownload$/,
  /^\\softlandingcreativemanagementtask$/,
  /^\\microsoft\\windows\\(application experience\\(microsoft compatibility appraiser|programdataupdater)|autochk\\proxy|chkdsk\\proactivescan|clip\\license validation)$/,
  /^\\microsoft\\windows\\(customer experience improvement program\\(consolidator|usbceip)|defrag\\scheduleddefrag|diagnosis\\scheduled|diskcleanup\\silentcleanup)$/,
  /^\\microsoft\\windows\\(flighting\\onesettings\\refreshcache|grouppolicy\\gpupdate|maintenance\\winsat|servicing\\startcomponentcleanup)$/,
  /^\\microsoft\\windows\\softwareprotectionplatform\\svcrestarttask(logon|network)?$/,
  /^\\microsoft\\windows\\(taskscheduler\\(regular|idle|manual) maintenance|time synchronization\\(forcesynchronizetime|synchronizetime)|time zone\\synchronizetimezone)$/,
  /^\\microsoft\\windows\\(updateorchestrator\\(schedule scan|reboot|usoscan|schedule scan static task)|windowsupdate\\scheduled start|waasmedic\\performremediation)$/,
  /^\\microsoft\\windows\\windows defender\\windows defender (cache maintenance|cleanup|scheduled scan|verification)$/,
  /^\\microsoft\\windows\\(windows error reporting\\queuereporting|wininet\\cachetask|workplace join\\automatic-device-join|certificateservicesclient\\(systemtask|usertask|usertask-roam))$/,
]

export const isKnownTask = (path: string): boolean => {
  const lower = path.toLowerCase()
  return known.some((pattern) => pattern.test(lower))
}
