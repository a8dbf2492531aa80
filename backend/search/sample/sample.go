// Package sample makes up documents, and queries for them, of any number:
// words as often as in real texts, Russian and English, in their inflected
// forms, with titles, tags, headings and code. It is for measuring only.
package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"opora/backend/opora"
)

// Corpus makes documents; the same seed makes the same.
type Corpus struct {
	seed  uint64
	words []word // the most frequent first
	sums  []float64
}

// word is a stem with the endings that it takes.
type word struct {
	stem    string
	endings []string
}

const known = "доступ сайт почт парол клиент сервер домен ошибк страниц настройк файл адрес заявк оплат тариф заказ письм ссылк баз сертификат " +
	"хостинг баланс возврат аккаунт раздел кнопк форм пользовател браузер запрос поддержк сотрудник договор заметк модул плагин шаблон " +
	"корзин товар доставк магазин меню вкладк резервн копи журнал панел статус лимит услуг пробн период карт реквизит уведомлен"

const knownEnglish = "access site mail password client server domain error page setting file address request payment plan order letter link base certificate " +
	"account section button form user browser support employee contract note module plugin template cart product delivery shop menu tab backup " +
	"copy log panel status limit service trial period card notice update version theme token window account report"

func endings() (russian, english [][]string) {
	return [][]string{
			{"", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах"},
			{"а", "ы", "е", "у", "ой", "", "ам", "ами", "ах"},
			{"ный", "ная", "ное", "ные", "ного", "ной", "ным", "ных", "ными"},
			{"ить", "ит", "ят", "ил", "ила", "или", "ите", "ить"},
			{"ать", "ает", "ают", "ал", "ала", "али", "айте"},
		}, [][]string{
			{"", "s"}, {"", "s", "ed", "ing"}, {"e", "es", "ed", "ing"}, {"ation", "ations", "ate", "ated"},
		}
}

// vocabulary is how many stems there are: at a million documents that makes
// about as many forms as real texts have.
const vocabulary = 90000

// New makes a corpus.
func New(seed uint64) *Corpus {
	c := &Corpus{seed: seed}
	r := rand.New(rand.NewPCG(seed, 1))
	russian, english := endings()
	taken := map[string]bool{}
	add := func(stem string, endings [][]string) {
		if !taken[stem] {
			taken[stem] = true
			c.words = append(c.words, word{stem, endings[r.IntN(len(endings))]})
		}
	}
	ru, en := strings.Fields(known), strings.Fields(knownEnglish)
	for i := range ru {
		add(ru[i], russian)
		add(en[i%len(en)], english)
	}
	for len(c.words) < vocabulary {
		if r.IntN(4) > 0 {
			add(syllables(r, "бвгджзклмнпрстфхцчшщ", "аеиоуыя"), russian)
		} else {
			add(syllables(r, "bcdfghjklmnprstvwz", "aeiou"), english)
		}
	}
	sum := 0.0
	for i := range c.words {
		sum += math.Pow(float64(i)+2.7, -1)
		c.sums = append(c.sums, sum)
	}
	return c
}

func syllables(r *rand.Rand, consonants, vowels string) string {
	var b strings.Builder
	hard, soft := []rune(consonants), []rune(vowels)
	for range 1 + r.IntN(2) + r.IntN(2) {
		b.WriteRune(hard[r.IntN(len(hard))])
		if r.IntN(3) == 0 {
			b.WriteRune(hard[r.IntN(len(hard))])
		}
		b.WriteRune(soft[r.IntN(len(soft))])
	}
	b.WriteRune(hard[r.IntN(len(hard))])
	return b.String()
}

// pick gives a word as often as the law of Zipf says.
func (c *Corpus) pick(r *rand.Rand) word {
	want := r.Float64() * c.sums[len(c.sums)-1]
	lo, hi := 0, len(c.sums)-1
	for lo < hi {
		if mid := (lo + hi) / 2; c.sums[mid] < want {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return c.words[lo]
}

func (w word) form(r *rand.Rand) string { return w.stem + w.endings[r.IntN(len(w.endings))] }

func (c *Corpus) sentence(r *rand.Rand, words int) string {
	const small = "в на и не с по для из что как the of to and in is for"
	fill := strings.Fields(small)
	list := make([]string, 0, words)
	for range words {
		if r.IntN(4) == 0 {
			list = append(list, fill[r.IntN(len(fill))])
		} else {
			list = append(list, c.pick(r).form(r))
		}
	}
	return strings.Join(list, " ")
}

// Document makes the document with a number, from 1 on: about 600 bytes,
// articles for the most part.
func (c *Corpus) Document(id int64) opora.Findable {
	r := rand.New(rand.NewPCG(c.seed, uint64(id)<<8))
	in := opora.InArticles
	switch r.IntN(20) {
	case 0:
		in = opora.InSnippets
	case 1, 2:
		in = opora.InNotes
	}
	f := opora.Findable{Key: opora.Key{In: in, ID: id}, Title: c.sentence(r, 3+r.IntN(4)), Parent: 1}
	for range r.IntN(3) {
		f.Tags = append(f.Tags, c.words[r.IntN(200)].stem)
	}
	var text strings.Builder
	for part := range 1 + r.IntN(3) {
		if part > 0 {
			head := c.sentence(r, 2+r.IntN(3))
			f.Heads = append(f.Heads, opora.Head{At: text.Len(), Text: head, Anchor: fmt.Sprint("part", part)})
			text.WriteString(head + "\n")
		}
		for range 1 + r.IntN(4) {
			text.WriteString(c.sentence(r, 5+r.IntN(10)) + ". ")
		}
		text.WriteByte('\n')
	}
	f.Text = text.String()
	if r.IntN(6) == 0 {
		f.Code = fmt.Sprintf("%s_%s(%d) /etc/%s/%s.conf 0x%08x", strings.ToUpper(c.pick(r).stem), c.pick(r).stem, r.IntN(5000), c.pick(r).stem, c.pick(r).stem, r.Uint32())
	}
	return f
}
