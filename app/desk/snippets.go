package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"opora/backend/opora"
	"opora/backend/snippet"
)

// ImportSnippets reads snippets from a file of our own JSON and gives how many
// were new or changed.
func (l *Library) ImportSnippets(ctx context.Context, path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", opora.SourceMissing, err)
	}
	defer func() { _ = file.Close() }()
	return l.ReadSnippets(ctx, file)
}

// ReadSnippets is [Library.ImportSnippets] from what is open already.
func (l *Library) ReadSnippets(ctx context.Context, r io.Reader) (int, error) {
	snippets, err := snippet.Read(r)
	if err != nil {
		return 0, err
	}
	return l.desk.DB.TakeSnippets(ctx, snippets)
}

// ExportSnippets writes all snippets to a file and gives how many. A file that
// is there is replaced when the new one is whole.
func (l *Library) ExportSnippets(ctx context.Context, path string) (int, error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".snippets-*") // for this user alone
	if err != nil {
		return 0, fileError(err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	count, err := l.WriteSnippets(ctx, file)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return 0, fileError(err)
	}
	return count, fileError(os.Rename(file.Name(), path))
}

// WriteSnippets is [Library.ExportSnippets] to what is open already.
func (l *Library) WriteSnippets(ctx context.Context, w io.Writer) (count int, err error) {
	out := snippet.NewWriter(w)
	err = l.desk.DB.EachSnippet(ctx, func(s opora.Snippet) error {
		count++
		return out.Write(s)
	})
	if err != nil {
		return 0, err
	}
	return count, out.Close()
}

// AddStarters adds the snippets that Opora brings, in the operator's language,
// and gives how many were new.
func (l *Library) AddStarters(ctx context.Context) (int, error) {
	settings, err := l.desk.DB.Settings(ctx)
	if err != nil {
		return 0, err
	}
	language := settings.Language
	if language == "" {
		language = SystemLanguage()
	}
	starters, err := snippet.Starters(language)
	if err != nil {
		return 0, err
	}
	return l.desk.DB.TakeSnippets(ctx, starters)
}

// CopySnippet copies a snippet's body and counts the use.
func (l *Library) CopySnippet(ctx context.Context, id int64) error {
	s, err := l.desk.DB.Snippet(ctx, id)
	if err != nil {
		return err
	}
	if err := l.desk.Clipboard.Copy(s.Body); err != nil {
		return err
	}
	return l.desk.DB.UseSnippet(ctx, id)
}

// fileError translates what the file system says of a file that the operator named.
func fileError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: %w", opora.DiskFull, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", opora.SourceMissing, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", opora.DataUnwritable, err)
	}
	return err
}
