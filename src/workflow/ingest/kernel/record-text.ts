/**
 * Packing of one record by the plan of its template, as text for `assemble`. It knows what the slow path (packer.ts) has met before in
 * this chunk and this segment, and leaves everything else, all that is odd or broken, to it: then nothing is changed.
 */
import { limits } from '../../../base/limits.ts'
import { chunkSize, token, valueType } from '../../../evtx/format.ts'
import { word } from './dictionary-text.ts'
import { columnBytes, form, keyFieldCount, mostKeyBytes } from './layout.ts'

/** a descriptor's size and type, without the byte that means nothing */
const descriptor = (type: number, size: number) => (type << 16) | size
/** bytes of an array value from which on its elements are counted */
export const longArray = limits.recordFields

/** Where the value of a template's index stands, if it is of just this type and size; leaves the record alone otherwise. */
const placeOfType = (field: string, type: number, size: number) => `
    (set $index $template.${field})
    (if (i32.ge_u $index $count) (then (return 0)))
    (if (i32.ne
        (i32.and (i32.load (i32.add $descriptors (i32.shl $index 2))) 0xffffff)
        ${descriptor(type, size)})
      (then (return 0)))
    (set $place (i32.load (i32.add @outerPlaces (i32.shl $index 2))))`

const storeRow = (column: string, bytes: 2 | 4, value: string) => `
    (i32.store${bytes === 2 ? '16' : ''} (i32.add @${column} (i32.mul @rows ${bytes})) ${value})`

export const recordText = `
  ;; Finds the values of the template instance at $at: gives where its descriptors stand and writes the places to $places.
  ;; 0: it is not one that is known, or not whole
  (func $instance (param $at i32) (param $end i32) (param $places i32) (result i32)
    (local $definition i32) (local $template i32) (local $count i32) (local $descriptors i32) (local $place i32)
    (if (i32.eq (i32.load8_u $at) ${token.fragmentHeader}) (then (set $at (i32.add $at 4))))
    (if (i32.gt_u (i32.add $at 10) $end) (then (return 0)))
    (if (i32.ne (i32.load8_u $at) ${token.templateInstance}) (then (return 0)))
    (set $definition (i32.load offset=6 $at))
    (if (i32.ge_u $definition ${chunkSize - 24}) (then (return 0)))
    (set $template (i32.load (i32.add @templates (i32.shl $definition 2))))
    (if (i32.eqz $template)
      (then
        (set $template (call $define $definition))
        (if (i32.eqz $template) (then (return 0)))))
    (if (i32.ne (i32.load offset=2 $at) (i32.load offset=4 $definition)) (then (return 0)))
    (set $at (i32.add $at 10))
    (if (i32.eq $at $definition)
      (then
        (set $place (i32.load offset=20 $at))
        (if (i32.gt_u $place ${chunkSize}) (then (return 0)))
        (set $at (i32.add (i32.add $at 24) $place))))
    (if (i32.gt_u (i32.add $at 4) $end) (then (return 0)))
    (set $count (i32.load $at))
    (if (i32.gt_u $count ${limits.substitutions}) (then (return 0)))
    (set $at (i32.add $at 4))
    (set $descriptors $at)
    (set $place (i32.add $at (i32.shl $count 2)))
    (if (i32.gt_u $place $end) (then (return 0)))
    (set $definition $place)
    (while (i32.lt_u $at $definition)
      (i32.store $places $place)
      (set $place (i32.add $place (i32.load16_u $at)))
      (set $at (i32.add $at 4))
      (set $places (i32.add $places 4)))
    (if (i32.gt_u $place $end) (then (return 0)))
    (set @foundTemplate $template)
    (set @foundCount $count)
    (set @foundEnd $place)
    $descriptors)

  ;; Number of what System says, but for what is different in each record: event id, and the values that a key is made of
  ;; -1: too much
  (func $keyOf (param $template i32) (param $event i32) (param $descriptors i32) (param $count i32) (result i32)
    (local $to i32) (local $end i32) (local $index i32) (local $kind i32) (local $size i32) (local $at i32) (local $stop i32)
    (set $to @keyBytes)
    (i32.store $to $template.number)
    (i32.store offset=4 $to $event)
    (set $to (i32.add $to 8))
    (set $end (i32.add $template ${keyFieldCount * 4}))
    (while (i32.lt_u $template $end)
      (set $index $template.firstKey)
      (set $template (i32.add $template 4))
      (set $kind -1)
      (if (i32.lt_u $index $count)
        (then (set $kind (i32.and (i32.load (i32.add $descriptors (i32.shl $index 2))) 0xffffff))))
      (i32.store $to $kind)
      (set $to (i32.add $to 4))
      (if (i32.lt_u $index $count)
        (then
          (set $size (i32.and $kind 65535))
          (if (i32.gt_u (i32.add (i32.sub $to @keyBytes) $size) ${mostKeyBytes}) (then (return -1)))
          (set $at (i32.load (i32.add @outerPlaces (i32.shl $index 2))))
          (set $stop (i32.add $at (i32.and $size -8)))
          (while (i32.lt_u $at $stop)
            (i64.store $to (i64.load $at))
            (set $to (i32.add $to 8))
            (set $at (i32.add $at 8)))
          (set $size (i32.and $size 7))
          (i64.store $to ${word('$at', '$size')})
          (set $to (i32.add $to $size)))))
    (set $size (i32.sub $to @keyBytes))
    (call $number @keys (i32.shl $size 8) @keyBytes $size))

  ;; Writes the numbers of so many columns to $out. Gives where they end, or 0 when one of them is not to be told from here.
  ;; $isSystem: a value that is null or missing has no number
  (func $values (param $column i32) (param $columns i32) (param $descriptors i32) (param $count i32) (param $places i32)
      (param $out i32) (param $isSystem i32) (result i32)
    (local $end i32) (local $index i32) (local $kind i32) (local $type i32) (local $size i32)
    (set $end (i32.add $column (i32.mul $columns ${columnBytes})))
    (while (i32.lt_u $column $end)
      (set $index $column.index)
      (block $done
        (if (i32.lt_s $index 0)
          (then
            (i32.store $out $column.literal)
            (br $done)))
        (if (i32.ge_u $index $count)
          (then
            (if (i32.eqz $isSystem) (then (return 0)))
            (i32.store $out -1)
            (br $done)))
        (set $kind (i32.load (i32.add $descriptors (i32.shl $index 2))))
        (set $type (i32.and (i32.shr_u $kind 16) 255))
        (set $size (i32.and $kind 65535))
        (if (i32.and $isSystem (i32.eqz $type))
          (then
            (i32.store $out -1)
            (br $done)))
        ;; a fragment, and an array so long that it may pass the limit of fields
        (if (i32.eq $type ${valueType.binXml}) (then (return 0)))
        (if (i32.and (i32.ge_u $type ${valueType.array}) (i32.gt_u $size ${longArray})) (then (return 0)))
        (i32.store $out (call $inColumn @dictionary $column (i32.or (i32.shl $size 8) $type)
          (i32.load (i32.add $places (i32.shl $index 2))) $size)))
      (set $out (i32.add $out 4))
      (set $column (i32.add $column ${columnBytes})))
    $out)

  ;; Packs the record of $size bytes at $offset into the next row. 0: the slow path must; then no row is there
  (func $record (export "record") (param $offset i32) (param $size i32) (param $chunkPlace i32) (result i32)
    (local $template i32) (local $descriptors i32) (local $count i32) (local $index i32) (local $place i32)
    (local $time i32) (local $id i32) (local $event i32) (local $key i32) (local $out i32) (local $stop i32)
    (local $data i32) (local $dataDescriptors i32) (local $dataCount i32) (local $dataPlaces i32)
    (set @foundKey -1)
    (set $descriptors (call $instance (i32.add $offset 24) (i32.sub (i32.add $offset $size) 4) @outerPlaces))
    (if (i32.eqz $descriptors) (then (return 0)))
    (set $template @foundTemplate)
    (set $count @foundCount)
    (if (i32.eqz (i32.and $template.form ${form.event})) (then (return 0)))
    ${placeOfType('timeIndex', valueType.fileTime, 8)}
    (set $time $place)
    ${placeOfType('idIndex', valueType.uint64, 8)}
    (set $id $place)
    ${placeOfType('eventIndex', valueType.uint16, 2)}
    (set $event (i32.load16_u $place))
    (if (i32.eqz $event) (then (if (i64.eqz (i64.load $time)) (then (return 0)))))
    (set $data $template)
    (set $dataDescriptors $descriptors)
    (set $dataCount $count)
    (set $dataPlaces @outerPlaces)
    (set $index $template.embedded)
    (if (i32.ge_s $index 0)
      (then
        (if (i32.ge_u $index $count) (then (return 0)))
        (set $place (i32.load (i32.add $descriptors (i32.shl $index 2))))
        (if (i32.ne (i32.and (i32.shr_u $place 16) 255) ${valueType.binXml}) (then (return 0)))
        (set $stop (i32.and $place 65535))
        (if (i32.eqz $stop) (then (return 0)))
        (set $place (i32.load (i32.add @outerPlaces (i32.shl $index 2))))
        (set $stop (i32.add $place $stop))
        (set $dataPlaces @innerPlaces)
        (set $dataDescriptors (call $instance $place $stop $dataPlaces))
        (if (i32.eqz $dataDescriptors) (then (return 0)))
        (set $data @foundTemplate)
        (set $dataCount @foundCount)
        (if (i32.eqz (i32.and $data.form $template.wanted)) (then (return 0)))
        ;; a second element behind the first
        (set $place @foundEnd)
        (if (i32.lt_u $place $stop)
          (then (if (i32.eqz (i32.load8_u $place)) (then (set $place (i32.add $place 1))))))
        (if (i32.lt_u $place $stop) (then (return 0)))))
    (set $key (call $keyOf $template $event $descriptors $count))
    (set @foundKey $key)
    (if (i32.ge_u $key @keyRoom) (then (return 0)))
    (set $index (i32.load (i32.add @systemOfKey (i32.shl $key 2))))
    (if (i32.lt_s $index 0) (then (return 0)))
    (if (i32.ne $data.ofGeneration @generation) (then (return 0)))
    (set $data $data.firstPair)
    (while (i32.ne $data.around $template)
      (set $data $data.nextPair)
      (if (i32.eqz $data) (then (return 0))))
    (if (i32.ge_u @rows @rowRoom) (then (return 0)))
    (if (i32.gt_u (i32.add (i32.add @valueCount $data.columnCount) 4) @valueRoom) (then (return 0)))
    (set $out (i32.add @values (i32.shl @valueCount 2)))
    (if @headsOnly
      (then
        (i64.store $out (i64.const -1))
        (i64.store offset=8 $out (i64.const -1))
        (set $out (i32.add $out 16))
        ${storeRow('shapes', 2, '@namelessShape')})
      (else
        (set $out (call $values $data.columns $data.columnCount $dataDescriptors $dataCount $dataPlaces $out 0))
        (if (i32.eqz $out) (then (return 0)))
        (set $out (call $values $data.systemColumns 4 $descriptors $count @outerPlaces $out 1))
        (if (i32.eqz $out) (then (return 0)))
        ${storeRow('shapes', 2, '$data.shape')}))
    (set @valueCount (i32.shr_u (i32.sub $out @values) 2))
    ${storeRow('timeLow', 4, '(i32.load $time)')}
    ${storeRow('timeHigh', 4, '(i32.load offset=4 $time)')}
    ${storeRow('idLow', 4, '(i32.load $id)')}
    ${storeRow('idHigh', 4, '(i32.load offset=4 $id)')}
    ${storeRow('places', 4, '(i32.or $chunkPlace $offset)')}
    ${storeRow('systems', 2, '$index')}
    ${storeRow('eventIds', 2, '$event')}
    (set @rows (i32.add @rows 1))
    (set $place (i32.add @countOfKey (i32.shl $key 2)))
    (i32.store $place (i32.add (i32.load $place) 1))
    1)
`
