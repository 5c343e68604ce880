package picture

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// leftBehind are files and folders that systems, and the devices that photographs lie
// on, put beside one's own.
var leftBehind = []string{"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "#recycle",
	"lost+found", "$recycle.bin", "system volume information"}

// OfSystem tells whether a name is of a file or folder that nobody put there as
// an image or a class: hidden ones are, and what systems leave behind.
func OfSystem(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains(leftBehind, strings.ToLower(name))
}

// Bad is the error of files that cannot be read, of so many, one error each that names
// the file; nil where there is none. It names all of them, up to a hundred, so that
// they can be replaced at once.
func Bad(all int, errs []error) error {
	errs = slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%w; convert, replace or remove it (%s)", errs[0], readable)
	}
	const most = 100
	var texts []string
	for _, err := range errs[:min(len(errs), most)] {
		texts = append(texts, err.Error())
	}
	if len(errs) > most {
		texts = append(texts, fmt.Sprintf("and %d more", len(errs)-most))
	}
	return fmt.Errorf("%d of %d images cannot be read: %s; convert, replace or remove them (%s)", len(errs), all, strings.Join(texts, "; "), readable)
}

// interrupted is the error of reading that was told to stop. It wraps the cause, and
// does not say it: who pressed a button knows.
type interrupted struct {
	done, all int
	cause     error
}

// Interrupted returns the error of reading that ended with ctx, after so many images.
func Interrupted(ctx context.Context, done, all int) error {
	return interrupted{done, all, context.Cause(ctx)}
}

func (i interrupted) Error() string {
	return fmt.Sprintf("interrupted after reading %d of %d images; run it again to read them", i.done, i.all)
}

func (i interrupted) Unwrap() error { return i.cause }
