package knowledge

import "time"

const tellEvery = 250 * time.Millisecond

// pace measures how many articles a second there were over the last seconds.
type pace struct {
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
	if now.Sub(s.pace.told) < tellEvery {
		return
	}
	s.pace.told = now
	s.pace.marks = append(s.pace.marks, mark{now, s.progress.Done})
	if len(s.pace.marks) > 12 {
		s.pace.marks = s.pace.marks[1:]
	}
	if first := s.pace.marks[0]; now.After(first.at) {
		s.progress.Rate = int(float64(s.progress.Done-first.done) / now.Sub(first.at).Seconds())
	}
	s.progress.At = at
	s.Importer.Tell(s.progress)
}
