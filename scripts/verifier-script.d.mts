export declare function verifierScript(): string
