package window

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	placeName = "window.json"

	defaultWidth, defaultHeight = 1180, 740
	minWidth, minHeight         = 900, 600
	maxSide                     = 16384
)

// place is where and how large the window was, and how it looked, so that the
// next start looks the same before its page is there.
type place struct {
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Placed    bool `json:"placed"` // X and Y mean something
	Maximised bool `json:"maximised"`
	Dark      bool `json:"dark"`
}

// readPlace reads the place; what is missing or makes no sense is as at the
// first start.
func readPlace(dir string) place {
	fresh := place{Width: defaultWidth, Height: defaultHeight}
	file, err := os.Open(filepath.Join(dir, placeName))
	if err != nil {
		return fresh
	}
	defer file.Close()
	var p place
	if err := json.NewDecoder(io.LimitReader(file, 4096)).Decode(&p); err != nil {
		return fresh
	}
	if p.Width < minWidth || p.Width > maxSide || p.Height < minHeight || p.Height > maxSide {
		p.Width, p.Height, p.Placed = defaultWidth, defaultHeight, false
	}
	if p.X < 0 || p.X > maxSide || p.Y < 0 || p.Y > maxSide {
		p.X, p.Y, p.Placed = 0, 0, false
	}
	return p
}

// write keeps the place. A reader never sees half of it.
func (p place) write(dir string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, placeName)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("window place: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("window place: %w", err)
	}
	return nil
}

// on reports whether the place can be seen and grasped on a screen.
func (p place) on(width, height int) bool {
	const grasp = 120
	return p.Placed && p.X <= width-grasp && p.Y <= height-grasp
}
