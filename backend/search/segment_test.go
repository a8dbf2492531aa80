package search

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"opora/backend/search/sample"
)

// FuzzFile gives the reader of index files whatever there may be on a disk.
// Nothing that it takes for sound may be anything but what a writer wrote.
func FuzzFile(f *testing.F) {
	var b batch
	corpus := sample.New(7)
	for id := range int64(5) {
		b.add(0, corpus.Document(id+1))
	}
	s, err := b.segment()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.data, 0, uint64(0))
	for at := len(magic); at < headerSize; at += 8 {
		f.Add(s.data, at, uint64(1)<<40)
	}
	f.Fuzz(func(t *testing.T, data []byte, at int, value uint64) {
		data = append([]byte(nil), data...)
		if at >= 0 && at+8 <= len(data) {
			binary.LittleEndian.PutUint64(data[at:], value)
		}
		if len(data) >= headerSize { // the sum of the header alone keeps no one out
			binary.LittleEndian.PutUint32(data[headerSize-4:], crc32.Checksum(data[:headerSize-4], castagnoli()))
		}
		if s, err := readSegment(data); err == nil {
			_, _ = s.feeds()
		}
		name := filepath.Join(t.TempDir(), "search-000001.idx")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := mapFile(name)
		if err != nil {
			return
		}
		if is, should := sum(s.data); is != should {
			t.Error("a file with a wrong sum was taken")
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
}
