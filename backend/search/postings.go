package search

import (
	"encoding/binary"
	"slices"
)

// postings are the documents of one stem, in order, each with its impact: how
// much the document is about the stem, from 1 to 255. They stand in chunks of
// 65,536 document numbers, so that two bytes name one; behind them, when there
// are many, stand the champions, those with the greatest impacts.
//
//	uint16 chunks, then per chunk: uint16 number of the chunk, uint16 count-1,
//	count × uint16 document, count × uint8 impact; champions × uint32 document,
//	champions × uint8 impact
type postings []byte

const (
	chunkBits = 16
	champions = 512
	// manyDocs is from how many documents on a stem has champions.
	manyDocs = 4 * champions
)

func appendPostings(b []byte, docs []uint32, impacts []uint8) []byte {
	at := len(b)
	b = append(b, 0, 0)
	chunks := 0
	for from := 0; from < len(docs); chunks++ {
		chunk := docs[from] >> chunkBits
		to := from
		for to < len(docs) && docs[to]>>chunkBits == chunk {
			to++
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(chunk))
		b = binary.LittleEndian.AppendUint16(b, uint16(to-from-1))
		for _, doc := range docs[from:to] {
			b = binary.LittleEndian.AppendUint16(b, uint16(doc))
		}
		b = append(b, impacts[from:to]...)
		from = to
	}
	binary.LittleEndian.PutUint16(b[at:], uint16(chunks))
	if len(docs) >= manyDocs {
		b = appendChampions(b, docs, impacts)
	}
	return b
}

// appendChampions picks by counting, as impacts are few.
func appendChampions(b []byte, docs []uint32, impacts []uint8) []byte {
	var count [256]int
	for _, impact := range impacts {
		count[impact]++
	}
	least, above := 255, 0
	for above+count[least] < champions {
		above += count[least]
		least--
	}
	equal := champions - above // of those with the least impact, the first
	picked := make([]int, 0, champions)
	for i, impact := range impacts {
		if int(impact) > least {
			picked = append(picked, i)
		} else if int(impact) == least && equal > 0 {
			equal--
			picked = append(picked, i)
		}
	}
	slices.SortStableFunc(picked, func(x, y int) int { return int(impacts[y]) - int(impacts[x]) })
	for _, i := range picked {
		b = binary.LittleEndian.AppendUint32(b, docs[i])
	}
	for _, i := range picked {
		b = append(b, impacts[i])
	}
	return b
}

// chunk is a piece of postings: docs are the lower halves of the numbers.
type chunk struct {
	base    uint32
	docs    []byte
	impacts []byte
}

// each gives the chunks in order and returns what follows them.
func (p postings) each(visit func(chunk)) postings {
	count := int(binary.LittleEndian.Uint16(p))
	p = p[2:]
	for range count {
		n := int(binary.LittleEndian.Uint16(p[2:])) + 1
		visit(chunk{uint32(binary.LittleEndian.Uint16(p)) << chunkBits, p[4:][:2*n], p[4+2*n:][:n]})
		p = p[4+3*n:]
	}
	return p
}

func (c chunk) doc(i int) uint32 { return c.base | uint32(binary.LittleEndian.Uint16(c.docs[2*i:])) }

// impact gives that of one document, 0 when it is not there.
func (p postings) impact(doc uint32) uint8 {
	count := int(binary.LittleEndian.Uint16(p))
	p = p[2:]
	for range count {
		n := int(binary.LittleEndian.Uint16(p[2:])) + 1
		if uint32(binary.LittleEndian.Uint16(p)) == doc>>chunkBits {
			docs, want := p[4:][:2*n], uint16(doc)
			lo, hi := 0, n
			for lo < hi {
				mid := (lo + hi) / 2
				if binary.LittleEndian.Uint16(docs[2*mid:]) < want {
					lo = mid + 1
				} else {
					hi = mid
				}
			}
			if lo < n && binary.LittleEndian.Uint16(docs[2*lo:]) == want {
				return p[4+2*n+lo]
			}
			return 0
		}
		p = p[4+3*n:]
	}
	return 0
}

// best gives the champions of a stem that has them.
func (p postings) best() (docs, impacts []byte) {
	rest := p.each(func(chunk) {})
	return rest[:4*champions], rest[4*champions:][:champions]
}
