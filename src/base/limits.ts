/** Bounds against hostile input, in one place. Each is far above anything seen in real evidence. */
export const limits = {
  /** nesting depth of BinXML elements and embedded fragments */
  binXmlDepth: 64,
  /** substitution values of one template instance */
  substitutions: 4096,
  /** rendered UTF-16 code units of one record (XML or fields): output amplification stops here */
  renderedLength: 4 << 20,
  /** rendered code units of all records of one 64 KiB chunk; real ones stay below 2 million */
  renderedChunk: 32 << 20,
  /** bytes of template definitions, and code units of their texts, read in one chunk: real ones do not overlap */
  definitionBytes: 256 << 10,
  /** code units of names and literals kept by one reader before they are dropped */
  templateTexts: 8 << 20,
  /** named values of one record */
  recordFields: 8192,
  /** template definitions kept by one reader before the cache is dropped */
  templateCache: 4096,
  /** a task definition as text */
  taskXmlLength: 4 << 20,
  taskXmlDepth: 64,
  /** entries of an archive, and bytes of one unpacked entry */
  archiveEntries: 200_000,
  archiveEntryBytes: 64 * 2 ** 30,
  /** files met below one imported folder, and how deep */
  folderEntries: 500_000,
  folderDepth: 64,
  /** process tree below one task run */
  treeDepth: 12,
  treeNodes: 500,
} as const
