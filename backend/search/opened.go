package search

import (
	"math"
	"strings"

	"opora/backend/opora"
)

// openings are what was opened from which query. The zero value is empty.
type openings struct {
	times map[opening]int
}

type opening struct {
	key   opora.Key
	query string // folded
}

func (o *openings) add(one Opened) {
	query := strings.Join(forms(one.Query), " ")
	if query == "" || one.Times <= 0 {
		return
	}
	if o.times == nil {
		o.times = map[opening]int{}
	}
	o.times[opening{one.Key, query}] += one.Times
}

// liked tells how much things are preferred in the answer to a query: those
// opened for it, or for a longer one that begins with it.
func (o *openings) liked(query string) map[opora.Key]float32 {
	times := map[opora.Key]int{}
	if query != "" {
		for one, n := range o.times {
			if strings.HasPrefix(one.query, query) {
				times[one.key] += n
			}
		}
	}
	liked := make(map[opora.Key]float32, len(times))
	for key, n := range times {
		liked[key] = float32(min(1, 0.5+0.25*math.Log2(float64(n))))
	}
	return liked
}
