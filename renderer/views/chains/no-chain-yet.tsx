/** What a view of a chain shows while there is none: waiting, trouble, or nothing to speak of. */
import { useChains } from '../../shell/chains-state.tsx'
import { useWindow } from '../../shell/window-state.tsx'
import { Button, Empty, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import './chains.css'

export function NoChainYet(props: { title: string }) {
  const { chains, trouble, slow, again } = useChains()
  const { go } = useWindow()
  return (
    <div className="no-chain">
      <h1 className="unseen">{props.title}</h1>
      {trouble && !chains ? (
        <TroubleNotice trouble={trouble} again={again} />
      ) : chains ? (
        <Empty
          kind="cannot-tell"
          title="This case has no chain"
          acts={
            <>
              <Button small onPress={() => go('overview')}>
                See what the logs cover
              </Button>
              <Button small kind="quiet" onPress={() => go('home')}>
                Import more evidence
              </Button>
            </>
          }
        >
          No record tells of a task that was created, changed, deleted or run. Whether that is a no or a gap
          depends on what the logs cover: Overview says which.
        </Empty>
      ) : slow ? (
        <Skeleton rows={9} label="Reading chains" />
      ) : null}
    </div>
  )
}
