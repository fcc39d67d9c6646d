interface System {
  readonly target: readonly { readonly target: string; readonly arch: readonly string[] }[]
}
export declare const config: {
  readonly electronVersion: string
  readonly files: readonly string[]
  readonly extraResources: readonly { readonly from: string; readonly to: string }[]
  readonly asar: boolean
  readonly npmRebuild: boolean
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly win: System
  readonly linux: System
  readonly mac: System
  readonly publish: null
}
