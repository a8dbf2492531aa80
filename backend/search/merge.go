package search

import (
	"encoding/binary"
	"math"
	"slices"
)

// gone is the new number of what is not taken over.
const gone = math.MaxUint32

// merge writes the living documents of segments, whose keys differ, as one.
func merge(w *writer, feeds []feedAt, segments []*segment) error {
	if err := w.feeds(feeds); err != nil {
		return err
	}
	stemTexts, stemTo := mergeTexts(segments, func(s *segment) int { return s.stems },
		(*segment).stem, (*segment).stemDocs, nil)
	var numbers []byte
	formTexts, formTo := mergeTexts(segments, func(s *segment) int { return s.forms },
		(*segment).form, (*segment).formDocs, func(s, form, docs int) {
			numbers = binary.LittleEndian.AppendUint32(numbers, stemTo[s][segments[s].formStem(form)])
			numbers = binary.LittleEndian.AppendUint32(numbers, uint32(docs))
		})
	formTexts.write(w)
	w.section(numbers)
	stemTexts.write(w)

	formEnds := w.stemForms(numbers, len(stemTexts.ends)/4)
	order, docTo := mergeDocs(segments)
	mergePostings(w, segments, stemTo, docTo, formEnds)
	mergeStreams(w, segments, order, formTo)
	return nil
}

// mergeTexts merges the sorted forms or stems of segments and tells the new
// number of each. Those that no living document has are left out.
func mergeTexts(segments []*segment, count func(*segment) int, text func(*segment, int) []byte,
	docs func(*segment, int) int, tell func(segment, number, docs int)) (texts, [][]uint32) {
	var merged texts
	to := make([][]uint32, len(segments))
	at := make([]int, len(segments))
	for i, s := range segments {
		to[i] = make([]uint32, count(s))
	}
	next := uint32(0)
	for {
		var least []byte
		first := -1
		for i, s := range segments {
			if at[i] == len(to[i]) {
				continue
			}
			if t := text(s, at[i]); first < 0 || string(t) < string(least) {
				least, first = t, i
			}
		}
		if first < 0 {
			return merged, to
		}
		number, sum := at[first], 0
		for i, s := range segments {
			if at[i] < len(to[i]) && string(text(s, at[i])) == string(least) {
				sum += docs(s, at[i])
				to[i][at[i]] = next
				at[i]++
			}
		}
		if sum == 0 {
			// Nobody asks for the number: no living document leads here.
			continue
		}
		if tell != nil {
			tell(first, number, sum)
		}
		merged.add(least)
		next++
	}
}

// place is where a document stands.
type place struct{ segment, doc uint32 }

// mergeDocs puts the living documents in the order of their keys.
func mergeDocs(segments []*segment) (order []place, to [][]uint32) {
	to = make([][]uint32, len(segments))
	at := make([]int, len(segments))
	for i, s := range segments {
		to[i] = slices.Repeat([]uint32{gone}, s.docs)
	}
	for {
		first := -1
		for i, s := range segments {
			for at[i] < s.docs && s.isDead(at[i]) {
				at[i]++
			}
			if at[i] < s.docs && (first < 0 || compareKeys(s.key(at[i]), segments[first].key(at[first])) < 0) {
				first = i
			}
		}
		if first < 0 {
			return order, to
		}
		to[first][at[first]] = uint32(len(order))
		order = append(order, place{uint32(first), uint32(at[first])})
		at[first]++
	}
}

func mergePostings(w *writer, segments []*segment, stemTo, docTo [][]uint32, formEnds []uint32) {
	type posting struct {
		doc    uint32
		impact uint8
	}
	var (
		list    []posting
		docs    []uint32
		impacts []uint8
		piece   []byte
		stems   []byte
		offset  uint64
	)
	at := make([]int, len(segments))
	for number := range len(formEnds) - 1 {
		if w.err != nil {
			return
		}
		list = list[:0]
		for i, s := range segments {
			// What is left out has the number of what follows it.
			for at[i] < s.stems && stemTo[i][at[i]] == uint32(number) {
				s.postings(at[i]).each(func(c chunk) {
					for n, impact := range c.impacts {
						if doc := docTo[i][c.doc(n)]; doc != gone {
							list = append(list, posting{doc, impact})
						}
					}
				})
				at[i]++
			}
		}
		inOrder := func(x, y posting) int { return int(x.doc) - int(y.doc) }
		if !slices.IsSortedFunc(list, inOrder) {
			slices.SortFunc(list, inOrder)
		}
		docs, impacts = docs[:0], impacts[:0]
		for _, p := range list {
			docs, impacts = append(docs, p.doc), append(impacts, p.impact)
		}
		piece = appendPostings(piece[:0], docs, impacts)
		w.write(piece)
		stems = appendStem(stems, offset, len(docs), formEnds[number])
		offset += uint64(len(piece))
	}
	w.end()
	w.section(stems)
}

func mergeStreams(w *writer, segments []*segment, order []place, formTo [][]uint32) {
	var piece []byte
	for _, p := range order {
		if w.err != nil {
			return
		}
		s := segments[p.segment]
		words := s.words(s.doc(int(p.doc)))
		to := formTo[p.segment]
		piece = piece[:0]
		for i := range len(words) / 4 {
			word := u32(words, i)
			piece = binary.LittleEndian.AppendUint32(piece, to[word&^inHeading]|word&inHeading)
		}
		w.write(piece)
	}
	w.end()
	for _, p := range order {
		s := segments[p.segment]
		d := s.doc(int(p.doc))
		w.write(s.part[partPlaces][4*d.places:][:4*d.placeCount()])
	}
	w.end()
	stream, places := uint64(0), uint32(0)
	for _, p := range order {
		d := segments[p.segment].doc(int(p.doc))
		d.stream, d.places = stream, places
		stream += uint64(d.words())
		places += uint32(d.placeCount())
		w.write(d.append(piece[:0]))
	}
	w.end()
}
