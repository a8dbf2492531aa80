package search_test

import (
	"slices"
	"testing"

	"opora/backend/opora"
)

func article(id int64, title, text string) opora.Findable {
	return opora.Findable{Key: opora.Key{In: opora.InArticles, ID: id}, Title: title, Text: text}
}

// help is a small knowledge base; the numbers are what the tests speak of.
func help() []opora.Findable {
	mail := article(1, "Как настроить почту в программе", "Откройте параметры учётной записи и впишите сервер исходящей почты. Пароль приложения создаётся отдельно.")
	mail.Heads = []opora.Head{{At: 0, Text: "Откройте параметры", Anchor: "params"}}
	mail.Address = "https://help.example.org/mail"
	refund := article(2, "Возврат денег за тариф", "Средства возвращаются на карту в течение десяти рабочих дней. Для возврата нужны реквизиты.")
	refund.Tags = []string{"оплата", "возврат денег"}
	access := article(3, "Что делать, если доступы не подходят", "Попросите клиента прислать доступы ещё раз: логин, пароль и адрес входа.")
	ssl := article(4, "Installing an SSL certificate", "Upload the certificate and its private key. The browser warns ERR_CONNECTION_REFUSED when nothing listens. Connection refused is a different fault.")
	ssl.Code = "sudo systemctl restart nginx\nls /var/www/html/wp-content"
	db := article(5, "Ошибка базы данных", "WordPress сообщает SQLSTATE[42S02]: Base table or view not found: таблицы wp_options нет. Код 0x80070005 означает отказ.")
	db.Tags = []string{"wordpress", "mysql"}
	hello := opora.Findable{Key: opora.Key{In: opora.InSnippets, ID: 6}, Title: "Приветствие", Text: "Здравствуйте! Спасибо, что написали нам. Чем могу помочь?"}
	note := opora.Findable{Key: opora.Key{In: opora.InNotes, ID: 7}, Title: "Доступ к сайту", Text: "логин anna.petrova, вход на shop.example.com, телефон 8 912 345-67-89", Parent: 8}
	customer := opora.Findable{Key: opora.Key{In: opora.InCustomers, ID: 8}, Title: "Анна Петрова", Text: "anna@example.com"}
	dns := article(9, "Почему домен не открывается", "Записи расходятся по серверам имён до двух суток. Ещё раз проверьте NS-записи домена и ёлочку в кавычках.")
	hosting := article(10, "Переезд на другой хостинг", "Перенесите файлы и базу, затем смените записи домена. Старый хостинг пока не отключайте.")
	return []opora.Findable{mail, refund, access, ssl, db, hello, note, customer, dns, hosting}
}

func TestFind(t *testing.T) {
	e := open(t, t.TempDir(), newShelf(help()...))
	for _, c := range []struct {
		why, query string
		first      int64
		read       string
	}{
		{"as it stands", "возврат денег", 2, ""},
		{"case", "ВОЗВРАТ", 2, ""},
		{"inflected", "настройкой почты", 1, ""},
		{"inflected, words in another order", "деньгах возвратами", 2, ""},
		{"English inflected", "installed certificates", 4, ""},
		{"beginning of two letters", "пр", 6, ""},
		{"beginning", "хост", 10, ""},
		{"word and beginning", "смените зап", 10, ""},
		{"ё for е", "ёще раз проверьте", 9, ""},
		{"е for ё", "елочку", 9, ""},
		{"letter put in", "возвррат", 2, "возврат"},
		{"letter left out", "хотинг", 10, "хостинг"},
		{"letter replaced", "сертивикат привествие", 6, ""},
		{"letters changed about", "certifciate", 4, "certificate"},
		{"other layout", "ljcnegs yt gjl[jlzn", 3, "доступы не подходят"},
		{"other layout, both words", "djpdhfn ltytu", 2, "возврат денег"},
		{"other layout, with a key that is no letter in Latin", "ghbdtncndbt", 6, "приветствие"},
		{"English in the Russian layout", "сукешашсфеу", 4, "certificate"},
		{"other layout and only kin", "jnrk.xbnm", 10, "отключить"},
		{"layout and typo", "djpdhhfn", 2, "возврат"},
		{"phrase", `"рабочих дней"`, 2, ""},
		{"tag", "#оплата", 2, ""},
		{"tag of two words", "tag:возврат-денег", 2, ""},
		{"tag and word", "#mysql таблицы", 5, ""},
		{"code, beginning", "ERR_CONN", 4, ""},
		{"code, number's beginning", "0x800700", 5, ""},
		{"code, number's middle", "800700", 5, ""},
		{"code, middle of two words", "onnection refus", 4, "connection refus"},
		{"path", "/var/www/ht", 4, ""},
		{"name with an underscore", "wp_options", 5, ""},
		{"name, from its middle", "p_opti", 5, ""},
		{"state", "SQLSTATE[42S02]", 5, ""},
		{"frequent words are not needed", "как же возврат денег", 2, ""},
		{"only frequent words", "что если", 3, ""},
		{"digits", "345-67", 7, ""},
		{"address", "anna@example.com", 8, ""},
		{"login", "anna.petrova", 7, ""},
		{"name", "петрова", 8, ""},
		{"a word that is nowhere", "возврат денег полностью", 2, ""},
		{"й of two characters", "переезд на другои\u0306 хостинг", 10, ""},
		{"width and accent", "ＳＳＬ cértificate", 4, ""},
	} {
		a := find(t, e, c.query)
		if len(a.Hits) == 0 || a.Hits[0].ID != c.first {
			t.Errorf("%s: %q found %v, not %d first", c.why, c.query, ids(a), c.first)
			continue
		}
		if c.read != "" && a.Read != c.read {
			t.Errorf("%s: %q was read as %q, not %q", c.why, c.query, a.Read, c.read)
		}
		if c.query != c.read && c.read == "" && a.Read != "" && c.why != "letter replaced" {
			t.Errorf("%s: %q was read as %q", c.why, c.query, a.Read)
		}
	}
}

func TestNothing(t *testing.T) {
	e := open(t, t.TempDir(), newShelf(help()...))
	for _, query := range []string{"", "   ", "\t\n", "!!!", `""`, `"`, "#", "tag:", "\xff\xfe", "\u0301\u0301", "щщщщъъъ", `"дней рабочих"`, "#нет"} {
		if a := find(t, e, query); len(a.Hits) != 0 || a.Total != 0 || a.Hits == nil {
			t.Errorf("%q found %v of %d", query, ids(a), a.Total)
		}
	}
}

func TestSets(t *testing.T) {
	e := open(t, t.TempDir(), newShelf(help()...))
	if got := ids(find(t, e, "доступ", opora.InNotes)); !slices.Equal(got, []int64{7}) {
		t.Errorf("notes only: %v", got)
	}
	if got := ids(find(t, e, "доступ", "dreams")); len(got) != 0 {
		t.Errorf("a set that is not there: %v", got)
	}
	if a := find(t, e, "доступ"); a.Total != 2 || len(a.Hits) != 2 {
		t.Errorf("all sets: %v of %d", ids(a), a.Total)
	}
}

func TestPassage(t *testing.T) {
	e := open(t, t.TempDir(), newShelf(help()...))
	a := find(t, e, "параметр почты")
	if got, want := marked(a), []string{"почту", "параметры", "почты"}; !slices.Equal(got, want) {
		t.Errorf("marked %q, not %q", got, want)
	}
	if h := a.Hits[0]; h.Heading != "Откройте параметры" || h.Anchor != "params" || h.Address != "https://help.example.org/mail#params" {
		t.Errorf("stands under %q, anchor %q, address %q", h.Heading, h.Anchor, h.Address)
	}
	if got := marked(find(t, e, "сертивикат дней")); !slices.Contains(got, "дней") {
		t.Errorf("marked %q", got)
	}
	if got := marked(find(t, e, "systemctl")); !slices.Equal(got, []string{"systemctl"}) {
		t.Errorf("in code, marked %q", got)
	}
}
