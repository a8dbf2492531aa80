package bridge

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"opora/backend/opora"
)

// imagePath is below which pictures of articles are: nothing else is.
const imagePath = "/image/"

var imageID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Images serves the pictures of articles by their ids, before everything else
// is asked. They are those that Opora has encoded itself, of two kinds.
func (a *App) Images(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ours := strings.CutPrefix(r.URL.Path, imagePath)
		if !ours {
			next.ServeHTTP(w, r)
			return
		}
		image, err := a.image(r, id)
		if err != nil || image.MIME != "image/png" && image.MIME != "image/jpeg" {
			if err != nil && !errors.Is(err, opora.NotFound) && r.Context().Err() == nil {
				slog.Error("picture not served", "err", err)
			}
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", image.MIME)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(image.Data))
	})
}

func (a *App) image(r *http.Request, id string) (opora.Image, error) {
	if !imageID.MatchString(id) || r.URL.RawQuery != "" {
		return opora.Image{}, opora.NotFound
	}
	d, err := a.Desk()
	if err != nil {
		return opora.Image{}, err
	}
	return d.Library.Image(r.Context(), id)
}
