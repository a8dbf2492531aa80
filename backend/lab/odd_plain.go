package lab

import (
	"fmt"
	"net/http"
	"strings"
)

// plainOdds are sites that a person without scripts could use, and where the
// password alone decides.
func plainOdds() []Odd {
	return []Odd{
		{"public-landing", "after the login the same public page as before; only the account's page differs", publicLanding},
		{"many-forms", "search, newsletter and registration before the login form, and a form for a new password inside", manyForms},
		{"name-first", "asks for the name, then for the password, each on a page", nameFirst},
		{"flash", "a refusal leads to the public start page and says so there once", flash},
		{"hidden-error", "the text of the refusal is always in the page, and hidden until it is meant", hiddenError},
		{"status-401", "the login page itself comes with status 401 and no challenge", status401},
		{"refresh", "lets in through a page that sends on by itself", refresh},
		{"german", "speaks German, and refuses with status 422", german},
		{"locked", "says that the account is locked, whatever the password", locked},
		{"form-in-frame", "the form lies in a frame of the same origin", formInFrame},
	}
}

func publicLanding(o *odd) http.Handler {
	landing := func(w http.ResponseWriter) {
		show(w, http.StatusOK, "Пекарня", `<h1>Свежий хлеб каждый день</h1><nav><a href="/login">Войти</a> <a href="/account">Личный кабинет</a></nav><p>Наши новости: открылась лавка на Садовой.</p>`)
	}
	return o.classic(classic{
		public: func(w http.ResponseWriter, _ *http.Request) { landing(w) },
		inside: func(w http.ResponseWriter, _ *http.Request, _ string) { landing(w) },
		more: map[string]http.HandlerFunc{"GET /account": func(w http.ResponseWriter, r *http.Request) {
			if in := o.who(r); in != "" {
				show(w, http.StatusOK, "Кабинет", oddInside(in))
				return
			}
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		}},
	})
}

func manyForms(o *odd) http.Handler {
	others := `<form action="/search"><input type="search" name="q"><button>Найти</button></form>
<form method="post" action="/subscribe"><input type="email" name="email" placeholder="Ваша почта"><button>Подписаться</button></form>
<h2>Регистрация</h2><form method="post" action="/register"><input name="login"><input type="email" name="email"><input type="password" name="password"><input type="password" name="password2"><button>Зарегистрироваться</button></form>`
	return o.classic(classic{
		form: others + oddForm,
		inside: func(w http.ResponseWriter, _ *http.Request, in string) {
			show(w, http.StatusOK, "Заказы", others[:strings.Index(others, "<h2>")]+oddInside(in)+
				`<h2>Сменить пароль</h2><form method="post" action="/password"><input type="password" name="old"><input type="password" name="new"><button>Сменить</button></form>`)
		},
	})
}

func nameFirst(o *odd) http.Handler {
	const first = `<h1>Вход</h1>%s<form method="post" action="/login/name"><p><label>Логин или телефон <input name="login"></label></p><button>Далее</button></form>`
	const second = `<h1>Введите пароль</h1>%s<form method="post" action="/login"><input type="hidden" name="login" value="%s"><p><label>Пароль <input type="password" name="password"></label></p><button>Войти</button></form>`
	return o.classic(classic{
		form: first,
		refuse: func(w http.ResponseWriter, r *http.Request) {
			show(w, http.StatusOK, "Вход", fmt.Sprintf(second, `<p role="alert">Пароль не подходит</p>`, attributeText(r.PostFormValue("login"))))
		},
		more: map[string]http.HandlerFunc{"POST /login/name": func(w http.ResponseWriter, r *http.Request) {
			show(w, http.StatusOK, "Вход", fmt.Sprintf(second, "", attributeText(r.PostFormValue("login"))))
		}},
	})
}

func attributeText(text string) string {
	return strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;").Replace(text)
}

func flash(o *odd) http.Handler {
	return o.classic(classic{
		refuse: func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "flash", Value: "1", Path: "/"})
			http.Redirect(w, r, "/", http.StatusSeeOther)
		},
		public: func(w http.ResponseWriter, r *http.Request) {
			said := ""
			if _, err := r.Cookie("flash"); err == nil {
				said = `<div class="notice">Вход не выполнен: проверьте логин и пароль.</div>`
				http.SetCookie(w, &http.Cookie{Name: "flash", Path: "/", MaxAge: -1})
			}
			show(w, http.StatusOK, "Пекарня", said+`<h1>Свежий хлеб каждый день</h1><a href="/login">Вход для сотрудников</a>`)
		},
	})
}

func hiddenError(o *odd) http.Handler {
	const form = `<h1>Вход</h1><div class="alert"%s>Неверный логин или пароль</div><form method="post" action="/login">` + oddFields + `<button>Войти</button></form>`
	return o.classic(classic{
		form: strings.Replace(form, "%s", ` style="display:none"`, 1) + "%s",
		refuse: func(w http.ResponseWriter, _ *http.Request) {
			show(w, http.StatusOK, "Вход", fmt.Sprintf(form, ""))
		},
	})
}

func status401(o *odd) http.Handler {
	return o.classic(classic{
		public: func(w http.ResponseWriter, _ *http.Request) {
			show(w, http.StatusUnauthorized, "Вход", fmt.Sprintf(oddForm, ""))
		},
		refuse: func(w http.ResponseWriter, _ *http.Request) {
			show(w, http.StatusUnauthorized, "Вход", fmt.Sprintf(oddForm, oddRefusal))
		},
	})
}

func refresh(o *odd) http.Handler {
	return o.classic(classic{after: func(w http.ResponseWriter, _ *http.Request, in string) {
		o.enter(w, in)
		w.Header().Set("Refresh", "0; url=/")
		show(w, http.StatusOK, "Минуту", "<p>Спасибо, сейчас вы попадёте в систему…</p>")
	}})
}

func german(o *odd) http.Handler {
	const form = `<h1>Anmeldung</h1>%s<form method="post" action="/login"><p><label>Benutzername <input name="login"></label></p><p><label>Kennwort <input type="password" name="password"></label></p><button>Anmelden</button></form>`
	return o.classic(classic{form: form, refuse: func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusUnprocessableEntity, "Anmeldung", fmt.Sprintf(form, `<p class="meldung">Die Anmeldedaten sind nicht korrekt.</p>`))
	}})
}

func locked(o *odd) http.Handler {
	answer := func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, "Вход", fmt.Sprintf(oddForm, `<p class="error">Учётная запись заблокирована администратором.</p>`))
	}
	return o.classic(classic{refuse: answer, after: func(w http.ResponseWriter, r *http.Request, _ string) { answer(w, r) }})
}

func formInFrame(o *odd) http.Handler {
	return o.classic(classic{
		public: func(w http.ResponseWriter, _ *http.Request) {
			show(w, http.StatusOK, "Пекарня", `<h1>Кабинет поставщика</h1><iframe src="/login" width="400" height="300" title="Вход"></iframe>`)
		},
	})
}
