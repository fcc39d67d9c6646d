/** Every value of the case that can be tracked, of all chains together. */
import { useAnswer } from '../../api/use-answer.ts'
import { useApi, useCase } from '../../shell/window-state.tsx'
import { Skeleton, TroubleNotice } from '../../widgets/index.ts'
import { IocTable } from '../playbook/ioc-table.tsx'

export function IocsPart() {
  const api = useApi()
  const { caseId, counts } = useCase()
  const iocs = useAnswer(`iocs ${caseId} ${counts.evidence} ${counts.records}`, (signal) =>
    api.playbook.iocs({ caseId }, { signal }),
  )
  return (
    <div className="iocs-part">
      <TroubleNotice trouble={iocs.trouble} again={iocs.again} />
      {iocs.value ? (
        <IocTable iocs={iocs.value.iocs} />
      ) : iocs.slow ? (
        <Skeleton rows={8} label="Gathering indicators" />
      ) : null}
    </div>
  )
}
