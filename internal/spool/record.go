package spool

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A record is a header and its data: the magic bytes, the record's place (8
// bytes), the length of the data (4), and the CRC-32C of place, length and data
// (4), all big-endian. The data is JSON, which never holds a null byte, so the
// magic bytes find the next record behind a broken one.
var magic = []byte{0x00, 0xFF, 'R', 0x01}

const (
	headerLength = 20
	// MaxRecord is the longest data of a record, in bytes.
	MaxRecord = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord writes a record behind text.
func appendRecord(text []byte, place uint64, data []byte) []byte {
	start := len(text)
	text = append(text, magic...)
	text = binary.BigEndian.AppendUint64(text, place)
	text = binary.BigEndian.AppendUint32(text, uint32(len(data)))
	sum := checksum(text[start+4:start+16], data)
	text = binary.BigEndian.AppendUint32(text, sum)
	return append(text, data...)
}

func checksum(header, data []byte) uint32 {
	return crc32.Update(crc32.Checksum(header, castagnoli), castagnoli, data)
}

// readRecord reads the record at the beginning of text. It is not ok when there
// is no whole, unbroken one.
func readRecord(text []byte) (place uint64, data []byte, ok bool) {
	if len(text) < headerLength || !bytes.HasPrefix(text, magic) {
		return 0, nil, false
	}
	length := int64(binary.BigEndian.Uint32(text[12:]))
	if length > MaxRecord || length > int64(len(text)-headerLength) {
		return 0, nil, false
	}
	data = text[headerLength : headerLength+length]
	if checksum(text[4:16], data) != binary.BigEndian.Uint32(text[16:]) {
		return 0, nil, false
	}
	return binary.BigEndian.Uint64(text[4:]), data, true
}

// record says where the data of a record lies in its file.
type record struct {
	place  uint64
	offset int64
	length int
	// done is set when the entry was acknowledged, broken when it can't be read.
	done, broken bool
}

// scanned is what a file of records holds.
type scanned struct {
	records []record
	// good is where the last unbroken record ends.
	good int64
	// corrupt is set when something is broken that can't be an append that a
	// crash cut short: whole records follow it, or it lacks nothing. broken counts
	// the places where that is so.
	corrupt bool
	broken  int
}

// scan finds every unbroken record of a file.
func scan(text []byte) scanned {
	var found scanned
	at := 0
	for at < len(text) {
		place, data, ok := readRecord(text[at:])
		if ok {
			found.records = append(found.records, record{place: place, offset: int64(at + headerLength), length: len(data)})
			at += headerLength + len(data)
			continue
		}
		next := nextRecord(text, at+1)
		if next < 0 {
			if !torn(text[at:]) {
				found.broken++
			}
			break
		}
		found.broken++
		at = next
	}
	found.corrupt = found.broken > 0
	found.good = int64(at)
	return found
}

// nextRecord is where the next unbroken record begins, -1 when there is none.
func nextRecord(text []byte, from int) int {
	for from < len(text) {
		skip := bytes.Index(text[from:], magic)
		if skip < 0 {
			return -1
		}
		from += skip
		if _, _, ok := readRecord(text[from:]); ok {
			return from
		}
		from++
	}
	return -1
}

// torn reports whether text can be the beginning of an append that a crash cut
// short: it lacks bytes at its end, or has zeros where the disk never got them.
func torn(text []byte) bool {
	written := bytes.TrimRight(text, "\x00")
	if len(written) < len(magic) {
		return bytes.HasPrefix(magic, written)
	}
	if !bytes.HasPrefix(written, magic) {
		return false
	}
	if len(text) < headerLength {
		return true
	}
	length := int64(binary.BigEndian.Uint32(text[12:]))
	return length <= MaxRecord && int64(len(written)) < headerLength+length
}
