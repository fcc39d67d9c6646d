import type { ChainShape } from '../../../src/contract/shapes.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useWindow } from '../../shell/window-state.tsx'
import { Escape, LinkButton } from '../../widgets/index.ts'
import { nextSteps } from './next-steps.ts'

export function NextSteps(props: { chain: ChainShape; hosts: readonly string[] }) {
  const { go } = useWindow()
  const { answers } = usePlaybook()
  return (
    <section className="next" aria-labelledby="h-next">
      <h2 className="block-title" id="h-next">
        Next steps
      </h2>
      <ol className="steps">
        {nextSteps(props.chain, props.hosts, answers).map((step) => (
          <li key={step.what}>
            <div>
              <p className="what">
                <Escape text={step.what} />
              </p>
              <p className="why">
                <Escape text={step.why} />{' '}
                {step.go ? (
                  <LinkButton onPress={() => go(step.go ?? 'overview')}>{step.door ?? 'Go there'}</LinkButton>
                ) : null}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}
