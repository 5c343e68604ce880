package checkout

import "testing"

func TestSlots(t *testing.T) {
	for _, c := range []struct {
		slot       Slot
		begin, end string
	}{
		{Claims, "<!-- claims: written by go run ./kernel verify -write -->", "<!-- claims: end -->"},
		{Speed, "<!-- speed: written by go run ./kernel speed -->", "<!-- speed: end -->"},
	} {
		got, err := c.slot.fill("a\n"+c.begin+"\nold\n"+c.end+"\nb\n", "| new |\n")
		if want := "a\n" + c.begin + "\n\n| new |\n\n" + c.end + "\nb\n"; err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
		for _, page := range []string{"", c.begin, c.end + c.begin} {
			if _, err := c.slot.fill(page, "new"); err == nil {
				t.Errorf("a table was put into %q", page)
			}
		}
	}
}
