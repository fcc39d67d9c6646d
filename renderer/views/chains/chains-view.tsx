/** Chains: the list of all at the left, the whole of one at the right. */
import { useChains } from '../../shell/chains-state.tsx'
import { useWindow } from '../../shell/window-state.tsx'
import { useWindowWidth } from '../timeline/use-window-width.ts'
import { ChainDetail } from './chain-detail.tsx'
import { ChainPicker, useChainKeys } from './chain-picker.tsx'
import { ChainSideList } from './chain-side-list.tsx'
import { NoChainYet } from './no-chain-yet.tsx'
import './chains.css'

export function ChainsView() {
  const { chains, chain, place } = useChains()
  const { chooseChain, go } = useWindow()
  const wide = useWindowWidth() > 1320
  const step = (by: number) => {
    const next = chains?.[place + by]
    if (next) chooseChain(next.id)
  }
  useChainKeys(
    chain
      ? [
          { on: 'j', keys: ['J'], does: 'Next chain', run: () => step(1) },
          { on: 'k', keys: ['K'], does: 'Chain before', run: () => step(-1) },
          ...(wide && (chains?.length ?? 0) > 1
            ? [
                {
                  on: '/',
                  keys: ['/'],
                  does: 'Filter the chains',
                  run: () => document.querySelector<HTMLElement>('[data-chain-filter]')?.focus(),
                },
              ]
            : []),
          { on: 'd', keys: ['D'], does: 'Set the disposition', run: () => go('playbook', 'disposition') },
        ]
      : [],
    'Chains',
  )
  if (!chains || !chain) return <NoChainYet title="Chains" />
  return (
    <div className={`chains-grid${wide && chains.length > 1 ? '' : ' is-single'}`}>
      {wide && chains.length > 1 ? (
        <ChainSideList chains={chains} chosen={chain.id} onChoose={chooseChain} />
      ) : null}
      <div className="chain-detail" key={chain.id}>
        {wide ? null : <ChainPicker />}
        <ChainDetail chain={chain} all={chains} />
      </div>
    </div>
  )
}
