/**
 * Interning of values, as text for `assemble`. Tables (layout.ts) are the caller's to make larger, when `$grow` asks for it. A kind is
 * size << 8 | type.
 */
import { columnFields, state, tables } from './layout.ts'

const seed = `(i64.load offset=${state.seed} 0)`
/** Up to 8 bytes as one number; what lies behind them does not count. */
export const word = (at: string, size: string) => `
    (select
      (i64.and (i64.load ${at})
        (i64.shr_u (i64.const -1) (i64.extend_i32_u (i32.shl (i32.sub 8 ${size}) 3))))
      (i64.const 0)
      ${size})`
/** Where a small value is looked for first. */
const smallSlot = (kind: string, value: string) => `
    (set $hash (i64.mul
      (i64.xor (i64.xor ${value} ${seed}) (i64.shl (i64.extend_i32_u ${kind}) (i64.const 40)))
      (i64.const 0x9e3779b97f4a7c15)))
    (set $hash (i64.mul (i64.xor $hash (i64.shr_u $hash (i64.const 32))) (i64.const 0xd6e8feb86659fd93)))
    (set $slot (i32.and (i32.wrap_i64 (i64.shr_u $hash (i64.const 28))) $mask))`

export const dictionaryText = `
  (func $fill (export "fill") (param $at i32) (param $byte i32) (param $size i32)
    (memory.fill $at $byte $size))

  (func $same (param $a i32) (param $b i32) (param $size i32) (result i32)
    (local $end i32)
    (set $end (i32.add $a (i32.and $size -8)))
    (while (i32.lt_u $a $end)
      (if (i64.ne (i64.load $a) (i64.load $b)) (then (return 0)))
      (set $a (i32.add $a 8))
      (set $b (i32.add $b 8)))
    (set $size (i32.and $size 7))
    (i64.eq ${word('$a', '$size')} ${word('$b', '$size')}))

  (func $add (param $d i32) (param $kind i32) (param $at i32) (param $size i32) (result i32)
    (local $number i32) (local $from i32) (local $to i32) (local $end i32)
    (set $number $d.count)
    (set $d.count (i32.add $d.count 1))
    (if (i32.gt_u (i32.shl $d.count 3) $d.entriesSize) (then (call $grow $d ${tables.entries} 0)))
    ;; values start at even places, so that all text of the dictionary can be decoded in one go
    (set $from (i32.and (i32.add $d.used 1) -2))
    (if (i32.gt_u (i32.add (i32.add $from $size) 16) $d.bytesSize)
      (then (call $grow $d ${tables.bytes} (i32.add $size 16))))
    (i32.store8 (i32.add $d.bytes $d.used) 0)
    (set $to (i32.add $d.bytes $from))
    (if (i32.gt_u $size 256)
      (then (memory.copy $to $at $size))
      (else
        ;; up to 7 bytes too many, which the next value takes over
        (set $end (i32.add $to $size))
        (while (i32.lt_u $to $end)
          (i64.store $to (i64.load $at))
          (set $to (i32.add $to 8))
          (set $at (i32.add $at 8)))))
    (set $d.used (i32.add $from $size))
    (set $to (i32.add $d.entries (i32.shl $number 3)))
    (i32.store $to $from)
    (i32.store offset=4 $to $kind)
    $number)

  (func $smallNumber (param $d i32) (param $kind i32) (param $value i64) (param $at i32) (param $size i32) (result i32)
    (local $slot i32) (local $mask i32) (local $here i32) (local $number i32) (local $hash i64)
    (set $mask (i32.sub $d.smallSize 16))
${smallSlot('$kind', '$value')}
    (block $free
      (loop $next
        (set $here (i32.add $d.small $slot))
        (set $number $here.smallNumber)
        (br_if $free (i32.eqz $number))
        (if (i64.eq (i64.load $here) $value)
          (then (if (i32.eq $here.smallKind $kind) (then (return (i32.sub $number 1))))))
        (set $slot (i32.and (i32.add $slot 16) $mask))
        (br $next)))
    (set $number (call $add $d $kind $at $size))
    (i64.store $here $value)
    (set $here.smallKind $kind)
    (set $here.smallNumber (i32.add $number 1))
    (set $d.smallCount (i32.add $d.smallCount 1))
    (if (i32.gt_u (i32.shl $d.smallCount 5) $d.smallSize) (then (call $grow $d ${tables.small} 0)))
    $number)

  ;; takes the slots of a table that has become too small
  (func $moveSmall (export "moveSmall") (param $d i32) (param $from i32) (param $end i32)
    (local $slot i32) (local $mask i32) (local $here i32) (local $hash i64)
    (set $mask (i32.sub $d.smallSize 16))
    (while (i32.lt_u $from $end)
      (if $from.smallNumber
        (then
          ${smallSlot('$from.smallKind', '(i64.load $from)')}
          (set $here (i32.add $d.small $slot))
          (while $here.smallNumber
            (set $slot (i32.and (i32.add $slot 16) $mask))
            (set $here (i32.add $d.small $slot)))
          (memory.copy $here $from 16)))
      (set $from (i32.add $from 16))))
  (func $moveLarge (export "moveLarge") (param $d i32) (param $from i32) (param $end i32)
    (local $slot i32) (local $mask i32) (local $here i32)
    (set $mask (i32.sub $d.largeSize 16))
    (while (i32.lt_u $from $end)
      (if $from.largeNumber
        (then
          (set $slot (i32.and (i32.shl $from.largeHash 4) $mask))
          (set $here (i32.add $d.large $slot))
          (while $here.largeNumber
            (set $slot (i32.and (i32.add $slot 16) $mask))
            (set $here (i32.add $d.large $slot)))
          (memory.copy $here $from 16)))
      (set $from (i32.add $from 16))))

  ;; in two lanes, so that the multiplications of one do not wait for those of the other
  (func $hashOf (param $kind i32) (param $at i32) (param $size i32) (result i32)
    (local $a i64) (local $b i64) (local $end i32)
    (set $a (i64.xor ${seed} (i64.extend_i32_u $kind)))
    (set $b (i64.rotl ${seed} (i64.const 32)))
    (set $end (i32.add $at (i32.and $size -16)))
    (while (i32.lt_u $at $end)
      (set $a (i64.mul (i64.xor $a (i64.load $at)) (i64.const 0x9e3779b97f4a7c15)))
      (set $b (i64.mul (i64.xor $b (i64.load offset=8 $at)) (i64.const 0xd6e8feb86659fd93)))
      (set $a (i64.xor $a (i64.shr_u $a (i64.const 32))))
      (set $b (i64.xor $b (i64.shr_u $b (i64.const 29))))
      (set $at (i32.add $at 16)))
    (set $size (i32.and $size 15))
    (if (i32.gt_u $size 8)
      (then
        (set $a (i64.mul (i64.xor $a (i64.load $at)) (i64.const 0x9e3779b97f4a7c15)))
        (set $at (i32.add $at 8))
        (set $size (i32.sub $size 8))))
    (set $b (i64.mul (i64.xor $b ${word('$at', '$size')}) (i64.const 0xd6e8feb86659fd93)))
    (set $a (i64.mul
      (i64.xor (i64.xor $a (i64.shr_u $a (i64.const 32))) (i64.rotl $b (i64.const 23)))
      (i64.const 0xff51afd7ed558ccd)))
    (i32.wrap_i64 (i64.xor $a (i64.shr_u $a (i64.const 32)))))

  (func $largeNumber (param $d i32) (param $kind i32) (param $at i32) (param $size i32) (result i32)
    (local $hash i32) (local $slot i32) (local $mask i32) (local $here i32) (local $number i32)
    (set $hash (call $hashOf $kind $at $size))
    (set $mask (i32.sub $d.largeSize 16))
    (set $slot (i32.and (i32.shl $hash 4) $mask))
    (block $free
      (loop $next
        (set $here (i32.add $d.large $slot))
        (set $number $here.largeNumber)
        (br_if $free (i32.eqz $number))
        (if (i32.eq $here.largeHash $hash)
          (then (if (i32.eq $here.largeKind $kind)
            (then (if (call $same (i32.add $d.bytes $here.largePlace) $at $size)
              (then (return (i32.sub $number 1))))))))
        (set $slot (i32.and (i32.add $slot 16) $mask))
        (br $next)))
    (set $number (call $add $d $kind $at $size))
    (set $here.largeHash $hash)
    (set $here.largeKind $kind)
    (set $here.largeNumber (i32.add $number 1))
    (set $here.largePlace (i32.load (i32.add $d.entries (i32.shl $number 3))))
    (set $d.largeCount (i32.add $d.largeCount 1))
    (if (i32.gt_u (i32.shl $d.largeCount 5) $d.largeSize) (then (call $grow $d ${tables.large} 0)))
    $number)

  ;; number of a value: the same kind and bytes give the same; they count from 0 in order of appearance
  (func $number (export "number") (param $d i32) (param $kind i32) (param $at i32) (param $size i32) (result i32)
    (if (i32.le_u $size 8)
      (then (return (call $smallNumber $d $kind ${word('$at', '$size')} $at $size))))
    (call $largeNumber $d $kind $at $size))

  (func $isSame (export "isSame") (param $d i32) (param $number i32) (param $kind i32) (param $at i32) (param $size i32) (result i32)
    (local $entry i32)
    (set $entry (i32.add $d.entries (i32.shl $number 3)))
    (if (i32.ne (i32.load offset=4 $entry) $kind) (then (return 0)))
    (call $same (i32.add $d.bytes (i32.load $entry)) $at $size))

  ;; the same, by what the column held last: most values repeat
  (func $inColumn (export "inColumn") (param $d i32) (param $column i32) (param $kind i32) (param $at i32) (param $size i32) (result i32)
    (local $number i32) (local $value i64)
    (if (i32.le_u $size 8)
      (then
        (set $value ${word('$at', '$size')})
        (if (i32.eq $column.lastKind $kind)
          (then (if (i64.eq (i64.load offset=${columnFields.lastPlace} $column) $value)
            (then (return $column.lastNumber)))))
        (set $number (call $smallNumber $d $kind $value $at $size))
        (i64.store offset=${columnFields.lastPlace} $column $value))
      (else
        (if (i32.eq $column.lastKind $kind)
          (then (if (call $same (i32.add $d.bytes $column.lastPlace) $at $size)
            (then (return $column.lastNumber)))))
        (set $number (call $largeNumber $d $kind $at $size))
        (set $column.lastPlace (i32.load (i32.add $d.entries (i32.shl $number 3))))))
    (set $column.lastKind $kind)
    (set $column.lastNumber $number)
    $number)
`
