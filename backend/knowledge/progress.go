package knowledge

import "time"

const tellEvery = 250 * time.Millisecond

// rate measures how many articles a second there were over the last seconds.
type rate struct {
	told  time.Time
	marks []mark
}

type mark struct {
	at   time.Time
	done int
}

// tell counts a piece and says so, about four times a second.
func (s *session) tell(at string) {
	s.progress.Done++
	if s.Tell == nil {
		return
	}
	now := s.now()
	if now.Sub(s.rate.told) < tellEvery {
		return
	}
	s.rate.told = now
	s.rate.marks = append(s.rate.marks, mark{now, s.progress.Done})
	if len(s.rate.marks) > 12 {
		s.rate.marks = s.rate.marks[1:]
	}
	if first := s.rate.marks[0]; now.After(first.at) {
		s.progress.Rate = int(float64(s.progress.Done-first.done) / now.Sub(first.at).Seconds())
	}
	s.progress.At = at
	s.Importer.Tell(s.progress)
}
