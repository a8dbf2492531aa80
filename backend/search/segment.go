package search

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"
	"sort"

	"opora/backend/opora"
)

// A segment is an index of some documents that never changes, in one piece of
// memory: a mapped file, or one made just now. Only which of its documents are
// dead is kept beside. All numbers are little-endian; documents are numbered in
// the order of their keys, forms and stems in that of their bytes.
type segment struct {
	data []byte
	part [sectionCount][]byte
	docs int

	forms, stems int

	// What has been changed or removed since, and how often it was counted in.
	dead      []uint64
	deadDocs  int
	deadForms map[uint32]uint32
	deadStems map[uint32]uint32

	release func() error // of the mapping; nil for memory
}

// The sections of a segment, in the order in which they are written.
const (
	partFeeds    = iota // JSON of []feedAt
	partFormText        // all forms, one after the other
	partFormEnds        // uint32 where each ends
	partForms           // uint32 stem, uint32 number of documents
	partStemText
	partStemEnds
	partStemForms // uint32 the forms of each stem
	partPostings  // per stem, see postings
	partStems     // uint64 where its postings begin, uint32 number of documents, uint32 where its forms end
	partStream    // per document its forms in order: title, tags, text, code; see inHeading
	partPlaces    // uint32 where each 64th word of text and of code stands, in bytes
	partDocs      // docSize each, see doc
	sectionCount
)

const (
	magic       = "OPORAIDX"
	version     = 1
	headerSize  = len(magic) + 4 + 8*(sectionCount+1) + 4 + 4
	formSize    = 8
	stemSize    = 16
	docSize     = 40
	placesEvery = 64
	// inHeading marks a word of a heading in a stream.
	inHeading = 1 << 31
)

// feedAt says up to which change a feed is in an index.
type feedAt struct {
	Name string `json:"name"`
	Last int64  `json:"last"`
}

var errDamaged = errors.New("search: not a sound index of this version")

// readSegment checks an image and gives the segment in it. Whoever read the
// file has compared the sum of the sections before; here nothing beyond the
// ends of data is believed.
func readSegment(data []byte) (*segment, error) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic ||
		binary.LittleEndian.Uint32(data[len(magic):]) != version ||
		crc32.Checksum(data[:headerSize-4], castagnoli()) != binary.LittleEndian.Uint32(data[headerSize-4:]) {
		return nil, errDamaged
	}
	s := &segment{data: data}
	offset := func(i int) uint64 { return binary.LittleEndian.Uint64(data[len(magic)+4+8*i:]) }
	if offset(0) != uint64(headerSize) || offset(sectionCount) != uint64(len(data)) {
		return nil, errDamaged
	}
	for i := range s.part {
		from, to := offset(i), offset(i+1)
		if from > to || to > uint64(len(data)) {
			return nil, errDamaged
		}
		s.part[i] = data[from:to:to]
	}
	s.docs, s.forms, s.stems = len(s.part[partDocs])/docSize, len(s.part[partForms])/formSize, len(s.part[partStems])/stemSize
	if s.docs*docSize != len(s.part[partDocs]) || s.forms*4 != len(s.part[partFormEnds]) || s.stems*4 != len(s.part[partStemEnds]) {
		return nil, errDamaged
	}
	s.dead = make([]uint64, (s.docs+63)/64)
	s.deadForms, s.deadStems = map[uint32]uint32{}, map[uint32]uint32{}
	return s, nil
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// sum is that of the sections of an image, and the one that its header names.
func sum(data []byte) (is, should uint32) {
	return crc32.Checksum(data[headerSize:], castagnoli()), binary.LittleEndian.Uint32(data[headerSize-8:])
}

func (s *segment) feeds() (list []feedAt, err error) {
	if err := json.Unmarshal(s.part[partFeeds], &list); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return list, nil
}

func (s *segment) close() error {
	if s.release == nil {
		return nil
	}
	return s.release()
}

func u32(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }

// entry gives the text with a number, of forms or stems.
func entry(text, ends []byte, i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = u32(ends, i-1)
	}
	return text[from:u32(ends, i)]
}

func (s *segment) form(i int) []byte { return entry(s.part[partFormText], s.part[partFormEnds], i) }
func (s *segment) stem(i int) []byte { return entry(s.part[partStemText], s.part[partStemEnds], i) }

func (s *segment) formStem(i int) int { return int(u32(s.part[partForms], 2*i)) }

// formDocs counts the living documents with a form.
func (s *segment) formDocs(i int) int {
	return int(u32(s.part[partForms], 2*i+1) - s.deadForms[uint32(i)])
}

// findForm gives the number of a form.
func (s *segment) findForm(form string) (int, bool) {
	i := s.firstForm(form, 0, s.forms)
	return i, i < s.forms && string(s.form(i)) == form
}

// firstForm gives the first of the forms from lo to hi that is not before this text.
func (s *segment) firstForm(text string, lo, hi int) int {
	return lo + sort.Search(hi-lo, func(i int) bool { return string(s.form(lo+i)) >= text })
}

// formsWith gives the range of forms that begin so, within lo to hi.
func (s *segment) formsWith(prefix string, lo, hi int) (from, to int) {
	from = s.firstForm(prefix, lo, hi)
	to = from + sort.Search(hi-from, func(i int) bool { return !bytes.HasPrefix(s.form(from+i), []byte(prefix)) })
	return from, to
}

func (s *segment) findStem(stem string) (int, bool) {
	i := s.firstStem(stem)
	return i, i < s.stems && string(s.stem(i)) == stem
}

func (s *segment) firstStem(text string) int {
	return sort.Search(s.stems, func(i int) bool { return string(s.stem(i)) >= text })
}

// stemDocs counts the living documents with a stem.
func (s *segment) stemDocs(i int) int {
	return int(binary.LittleEndian.Uint32(s.part[partStems][i*stemSize+8:]) - s.deadStems[uint32(i)])
}

// stemForms gives the numbers of the forms of a stem.
func (s *segment) stemForms(i int) []byte {
	from, end := uint32(0), func(i int) uint32 { return u32(s.part[partStems], i*stemSize/4+3) }
	if i > 0 {
		from = end(i - 1)
	}
	return s.part[partStemForms][4*from : 4*end(i)]
}

func (s *segment) postings(i int) postings {
	return postings(s.part[partPostings][binary.LittleEndian.Uint64(s.part[partStems][i*stemSize:]):])
}

// doc is what a segment holds of one document beside its words.
type doc struct {
	key    opora.Key
	feed   int
	stream uint64 // where its words begin
	places uint32
	title  int // words of each field
	tags   int
	text   int
	code   int
}

func (s *segment) doc(i int) doc {
	b := s.part[partDocs][i*docSize:][:docSize]
	return doc{
		key:    opora.Key{In: setAt(int(b[36])), ID: int64(binary.LittleEndian.Uint64(b))},
		feed:   int(b[37]),
		stream: binary.LittleEndian.Uint64(b[8:]),
		places: binary.LittleEndian.Uint32(b[16:]),
		title:  int(binary.LittleEndian.Uint32(b[20:])),
		tags:   int(binary.LittleEndian.Uint32(b[24:])),
		text:   int(binary.LittleEndian.Uint32(b[28:])),
		code:   int(binary.LittleEndian.Uint32(b[32:])),
	}
}

func (d doc) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(d.key.ID))
	b = binary.LittleEndian.AppendUint64(b, d.stream)
	b = binary.LittleEndian.AppendUint32(b, d.places)
	b = binary.LittleEndian.AppendUint32(b, uint32(d.title))
	b = binary.LittleEndian.AppendUint32(b, uint32(d.tags))
	b = binary.LittleEndian.AppendUint32(b, uint32(d.text))
	b = binary.LittleEndian.AppendUint32(b, uint32(d.code))
	return append(b, byte(setRank(d.key.In)), byte(d.feed), 0, 0)
}

func (d doc) words() int { return d.title + d.tags + d.text + d.code }

func (d doc) placeCount() int { return placesOf(d.text) + placesOf(d.code) }

func placesOf(words int) int { return (words + placesEvery - 1) / placesEvery }

// words gives the numbers of a document's forms in order, with inHeading.
func (s *segment) words(d doc) []byte {
	return s.part[partStream][4*d.stream:][:4*d.words()]
}

// setRank orders the sets; snippets come first.
func setRank(in opora.Set) int {
	switch in {
	case opora.InSnippets:
		return 0
	case opora.InArticles:
		return 1
	case opora.InNotes:
		return 2
	case opora.InCustomers:
		return 3
	}
	return -1
}

// setCount is how many there are; their numbers stand in index files.
const setCount = 4

func setAt(rank int) opora.Set {
	switch rank {
	case 0:
		return opora.InSnippets
	case 1:
		return opora.InArticles
	case 2:
		return opora.InNotes
	case 3:
		return opora.InCustomers
	}
	return ""
}

func compareKeys(a, b opora.Key) int {
	return cmp.Or(cmp.Compare(setRank(a.In), setRank(b.In)), cmp.Compare(a.ID, b.ID))
}

func (s *segment) key(i int) opora.Key {
	b := s.part[partDocs][i*docSize:]
	return opora.Key{In: setAt(int(b[36])), ID: int64(binary.LittleEndian.Uint64(b))}
}

// find gives the number of a document, dead or alive.
func (s *segment) find(key opora.Key) (int, bool) {
	i := s.firstDoc(key)
	return i, i < s.docs && s.key(i) == key
}

func (s *segment) firstDoc(key opora.Key) int {
	return sort.Search(s.docs, func(i int) bool { return compareKeys(s.key(i), key) >= 0 })
}

// setRange gives the numbers of the documents of a set.
func (s *segment) setRange(rank int) (from, to int) {
	at := func(rank int) int {
		return sort.Search(s.docs, func(i int) bool { return int(s.part[partDocs][i*docSize+36]) >= rank })
	}
	return at(rank), at(rank + 1)
}

func (s *segment) isDead(i int) bool { return s.dead[i/64]&(1<<(i%64)) != 0 }

func (s *segment) alive() int { return s.docs - s.deadDocs }

// bury takes a document out, and its words out of the counts.
func (s *segment) bury(i int) {
	if s.isDead(i) {
		return
	}
	s.dead[i/64] |= 1 << (i % 64)
	s.deadDocs++
	words := s.words(s.doc(i))
	seen := make([]uint32, 0, len(words)/4)
	for n := range len(words) / 4 {
		seen = append(seen, u32(words, n)&^inHeading)
	}
	slices.Sort(seen)
	seen = slices.Compact(seen)
	for n, form := range seen {
		s.deadForms[form]++
		seen[n] = uint32(s.formStem(int(form)))
	}
	slices.Sort(seen)
	for _, stem := range slices.Compact(seen) {
		s.deadStems[stem]++
	}
}

// dying lists the documents that are dead here and were not then.
func (s *segment) dying(then []uint64) []int {
	var list []int
	for i, now := range s.dead {
		for fresh := now &^ then[i]; fresh != 0; fresh &= fresh - 1 {
			list = append(list, i*64+bits.TrailingZeros64(fresh))
		}
	}
	return list
}
