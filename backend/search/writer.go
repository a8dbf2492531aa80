package search

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
)

// writer writes an image section by section. The header is only known when all
// of it is written, so the place for it must be written again.
type writer struct {
	out   *bufio.Writer
	at    uint64
	sum   uint32
	table *crc32.Table
	ends  []uint64
	err   error
}

func newWriter(out io.Writer) *writer {
	w := &writer{out: bufio.NewWriterSize(out, 1<<18), at: uint64(headerSize), table: castagnoli()}
	_, w.err = w.out.Write(make([]byte, headerSize))
	w.ends = append(w.ends, w.at)
	return w
}

func (w *writer) write(b []byte) {
	w.sum = crc32.Update(w.sum, w.table, b)
	w.at += uint64(len(b))
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// end closes a section.
func (w *writer) end() { w.ends = append(w.ends, w.at) }

func (w *writer) section(b []byte) {
	w.write(b)
	w.end()
}

func (w *writer) feeds(at []feedAt) error {
	text, err := json.Marshal(at)
	w.section(text)
	return err
}

// header closes the image and gives what belongs at its beginning.
func (w *writer) header() ([]byte, error) {
	if w.err == nil {
		w.err = w.out.Flush()
	}
	b := append(make([]byte, 0, headerSize), magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	for _, end := range w.ends {
		b = binary.LittleEndian.AppendUint64(b, end)
	}
	b = binary.LittleEndian.AppendUint32(b, w.sum)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, w.table)), w.err
}

// inMemory makes a segment that is no file.
func inMemory(write func(*writer) error) (*segment, error) {
	var image bytes.Buffer
	w := newWriter(&image)
	if err := write(w); err != nil {
		return nil, err
	}
	header, err := w.header()
	if err != nil {
		return nil, err
	}
	copy(image.Bytes(), header)
	return readSegment(image.Bytes())
}

// texts collects the forms or stems of an image.
type texts struct{ text, ends []byte }

func (t *texts) add(text []byte) {
	t.text = append(t.text, text...)
	t.ends = binary.LittleEndian.AppendUint32(t.ends, uint32(len(t.text)))
}

func (t *texts) write(w *writer) {
	w.section(t.text)
	w.section(t.ends)
}

// stemForms writes the forms of each stem, by the section that tells the stem
// of each form, and gives where those of each end.
func (w *writer) stemForms(numbers []byte, stems int) (ends []uint32) {
	ends = make([]uint32, stems+1)
	count := len(numbers) / formSize
	for form := range count {
		ends[u32(numbers, 2*form)+1]++
	}
	for stem := range stems {
		ends[stem+1] += ends[stem]
	}
	list := make([]byte, 4*count)
	for form := range count {
		stem := u32(numbers, 2*form)
		binary.LittleEndian.PutUint32(list[4*ends[stem]:], uint32(form))
		ends[stem]++
	}
	w.section(list)
	return ends
}

func appendStem(b []byte, at uint64, docs int, formsEnd uint32) []byte {
	b = binary.LittleEndian.AppendUint64(b, at)
	b = binary.LittleEndian.AppendUint32(b, uint32(docs))
	return binary.LittleEndian.AppendUint32(b, formsEnd)
}
