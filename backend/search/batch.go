package search

import (
	"encoding/binary"
	"slices"
	"strings"

	"opora/backend/opora"
)

// batch takes documents in and makes a segment of them. The zero value is empty.
type batch struct {
	numbers map[string]uint32 // of the forms, as they came
	forms   []string
	docs    []doc
	stream  []uint32
	places  []uint32
}

// full is when a batch is written before it grows further. With what writing
// takes that is some 60 MiB; larger ones are no faster.
func (b *batch) full() bool { return len(b.stream) >= 1<<20 || len(b.docs) >= 1<<16 }

// tagMark stands before a form that is a whole tag. No word begins so.
const tagMark = "#"

// tagForm is the form of a whole tag.
func tagForm(tag string) string { return tagMark + strings.Join(forms(tag), "-") }

func (b *batch) add(feed int, f opora.Findable) {
	if setRank(f.In) < 0 {
		return // of a newer Opora
	}
	d := doc{key: f.Key, feed: feed, stream: uint64(len(b.stream)), places: uint32(len(b.places))}
	d.title = b.read(f.Title, nil, false)
	for _, tag := range f.Tags {
		d.tags += b.read(tag, nil, false)
		if form := tagForm(tag); form != tagMark {
			b.put([]byte(form), 0)
			d.tags++
		}
	}
	d.text = b.read(f.Text, f.Heads, true)
	d.code = b.read(f.Code, nil, true)
	b.docs = append(b.docs, d)
}

// read takes the words of a text in and counts them.
func (b *batch) read(text string, heads []opora.Head, placed bool) int {
	s := scanner{text: text}
	count := 0
	for s.next() {
		for len(heads) > 0 && s.start >= heads[0].At+len(heads[0].Text) {
			heads = heads[1:]
		}
		flag := uint32(0)
		if len(heads) > 0 && s.start >= heads[0].At {
			flag = inHeading
		}
		if placed && count%placesEvery == 0 {
			b.places = append(b.places, uint32(s.start))
		}
		b.put(s.form, flag)
		count++
	}
	return count
}

func (b *batch) put(form []byte, flag uint32) {
	number, ok := b.numbers[string(form)]
	if !ok {
		if b.numbers == nil {
			b.numbers = map[string]uint32{}
		}
		number = uint32(len(b.forms))
		b.forms = append(b.forms, string(form))
		b.numbers[b.forms[number]] = number
	}
	b.stream = append(b.stream, number|flag)
}

// segment makes what was added one segment, held in memory.
func (b *batch) segment() (*segment, error) { return inMemory(b.write) }

func (b *batch) write(w *writer) error {
	// Of a key that came twice, the later is how things are now.
	slices.SortStableFunc(b.docs, func(x, y doc) int { return compareKeys(x.key, y.key) })
	docs := b.docs[:0:0]
	for i, d := range b.docs {
		if i+1 == len(b.docs) || b.docs[i+1].key != d.key {
			docs = append(docs, d)
		}
	}

	order, place := ranked(b.forms)
	stemNames, stemOf := stemsOf(b.forms)
	stemOrder, stemPlace := ranked(stemNames)
	found := b.postings(docs, stemOf, len(stemNames))

	if err := w.feeds(nil); err != nil {
		return err
	}
	var t texts
	var numbers []byte
	for _, form := range order {
		t.add([]byte(b.forms[form]))
		numbers = binary.LittleEndian.AppendUint32(numbers, stemPlace[stemOf[form]])
		numbers = binary.LittleEndian.AppendUint32(numbers, found.formDocs[form])
	}
	t.write(w)
	w.section(numbers)
	t = texts{}
	for _, stem := range stemOrder {
		t.add([]byte(stemNames[stem]))
	}
	t.write(w)
	found.write(w, stemOrder, w.stemForms(numbers, len(stemOrder)))

	var piece []byte
	at := uint64(0)
	for i, d := range docs {
		piece = piece[:0]
		for _, word := range b.stream[d.stream:][:d.words()] {
			piece = binary.LittleEndian.AppendUint32(piece, place[word&^inHeading]|word&inHeading)
		}
		w.write(piece)
		docs[i].stream = at
		at += uint64(d.words())
	}
	w.end()
	places := uint32(0)
	for i, d := range docs {
		piece = piece[:0]
		for _, offset := range b.places[d.places:][:d.placeCount()] {
			piece = binary.LittleEndian.AppendUint32(piece, offset)
		}
		w.write(piece)
		docs[i].places = places
		places += uint32(d.placeCount())
	}
	w.end()
	for _, d := range docs {
		w.write(d.append(piece[:0]))
	}
	w.end()
	return nil
}

// ranked gives the order of texts by their bytes, and the place of each in it.
func ranked(list []string) (order, place []uint32) {
	order, place = make([]uint32, len(list)), make([]uint32, len(list))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return strings.Compare(list[x], list[y]) })
	for i, n := range order {
		place[n] = uint32(i)
	}
	return order, place
}

func stemsOf(forms []string) (names []string, of []uint32) {
	numbers := make(map[string]uint32, len(forms))
	of = make([]uint32, len(forms))
	for i, form := range forms {
		name := stem(form)
		number, ok := numbers[name]
		if !ok {
			number = uint32(len(names))
			names = append(names, name)
			numbers[name] = number
		}
		of[i] = number
	}
	return names, of
}

// occurrences are the documents of all stems, those of the first stem first.
type occurrences struct {
	formDocs []uint32
	begins   []int // of each stem
	docs     []uint32
	impacts  []uint8
}

func (b *batch) postings(docs []doc, stemOf []uint32, stems int) *occurrences {
	type one struct {
		stem, doc uint32
		impact    uint8
	}
	found := &occurrences{formDocs: make([]uint32, len(b.forms)), begins: make([]int, stems+1)}
	var list []one
	lastDoc := make([]uint32, len(b.forms)) // counted from 1
	weight := make([]float32, stems)
	var touched []uint32
	for i, d := range docs {
		words := b.stream[d.stream:][:d.words()]
		field := fieldsOf(d)
		for n, word := range words {
			form := word &^ inHeading
			if lastDoc[form] != uint32(i+1) {
				lastDoc[form] = uint32(i + 1)
				found.formDocs[form]++
			}
			stem := stemOf[form]
			if weight[stem] == 0 {
				touched = append(touched, stem)
			}
			weight[stem] += field.weight(n, word)
		}
		for _, stem := range touched {
			list = append(list, one{stem, uint32(i), impact(weight[stem])})
			found.begins[stem+1]++
			weight[stem] = 0
		}
		touched = touched[:0]
	}
	for i := range stems {
		found.begins[i+1] += found.begins[i]
	}
	found.docs, found.impacts = make([]uint32, len(list)), make([]uint8, len(list))
	next := slices.Clone(found.begins)
	for _, o := range list {
		found.docs[next[o.stem]], found.impacts[next[o.stem]] = o.doc, o.impact
		next[o.stem]++
	}
	return found
}

func (o *occurrences) write(w *writer, order, formEnds []uint32) {
	var piece, stems []byte
	at := uint64(0)
	for i, stem := range order {
		from, to := o.begins[stem], o.begins[stem+1]
		piece = appendPostings(piece[:0], o.docs[from:to], o.impacts[from:to])
		w.write(piece)
		stems = appendStem(stems, at, to-from, formEnds[i])
		at += uint64(len(piece))
	}
	w.end()
	w.section(stems)
}
