package lab

import (
	"fmt"
	"net/http"
	"net/url"
)

// stopOdds are sites where something other than the password stands in the way.
func stopOdds() []Odd {
	refused := func(status int, title, text string) func(*odd) http.Handler {
		return func(o *odd) http.Handler {
			answer := func(w http.ResponseWriter, _ *http.Request) { show(w, status, title, text) }
			return o.classic(classic{refuse: answer, after: func(w http.ResponseWriter, r *http.Request, _ string) { answer(w, r) }})
		}
	}
	then := func(title, text string) func(*odd) http.Handler {
		return func(o *odd) http.Handler {
			return o.classic(classic{after: func(w http.ResponseWriter, r *http.Request, _ string) {
				http.SetCookie(w, &http.Cookie{Name: "pending", Value: "1", Path: "/"})
				show(w, http.StatusOK, title, text)
			}})
		}
	}
	return []Odd{
		{"second-factor", "asks for a code after the right password", then("Подтверждение входа",
			`<h1>Подтверждение входа</h1><form method="post" action="/code"><p><label>Код из приложения <input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6"></label></p><button>Подтвердить</button></form>`)},
		{"second-factor-push", "waits for a tap on the phone after the right password", then("Check your phone",
			`<h1>Two-step verification</h1><p>Open the app on your phone and approve the sign-in to continue.</p><form method="post" action="/resend"><button>Resend notification</button></form>`)},
		{"forced-change", "wants a new password after the right one", then("Смена пароля",
			`<h1>Срок действия пароля истёк</h1><form method="post" action="/password"><p><label>Текущий пароль <input type="password" name="old"></label></p><p><label>Новый пароль <input type="password" name="new"></label></p><p><label>Ещё раз <input type="password" name="again"></label></p><button>Сменить пароль</button></form>`)},
		{"consent", "wants new terms to be accepted after the right password", then("Условия",
			`<h1>Обновлённые условия</h1><p>Чтобы продолжить, примите пользовательское соглашение и согласие на обработку персональных данных.</p><form method="post" action="/terms"><label><input type="checkbox" name="agree" value="1"> Я принимаю условия</label><button>Принять и продолжить</button></form>`)},
		{"throttled-429", "answers every login with 429", func(o *odd) http.Handler {
			inner := refused(http.StatusTooManyRequests, "Too many requests", "<h1>Too many requests</h1><p>Try again in 15 minutes.</p>")(o)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					w.Header().Set("Retry-After", "900")
				}
				inner.ServeHTTP(w, r)
			})
		}},
		{"throttled-200", "says that there were too many tries, with status 200 and the form", refused(http.StatusOK, "Вход",
			fmt.Sprintf(oddForm, `<p class="error">Слишком много неудачных попыток входа. Повторите через 15 минут.</p>`))},
		{"firewall-403", "a firewall answers every login with 403", refused(http.StatusForbidden, "Access denied",
			`<h1>Access denied</h1><p>This request was blocked by the security rules. Your IP: 127.0.0.1. Incident ID: 7724-1183-9920.</p>`)},
		{"same-page", "answers everything with the same page", func(*odd) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				show(w, http.StatusOK, "Вход", fmt.Sprintf(oddForm, ""))
			})
		}},
		{"maintenance-503", "is being worked on, after the form was sent", refused(http.StatusServiceUnavailable, "Технические работы", "<h1>Идут технические работы</h1><p>Зайдите позже.</p>")},
		{"maintenance-200", "the same with status 200", refused(http.StatusOK, "Технические работы", "<h1>Сайт закрыт на техническое обслуживание</h1><p>Мы скоро вернёмся.</p>")},
		{"captcha", "wants the letters of a picture beside the password", captcha},
		{"captcha-after", "wants them after the first try, whatever the password", refused(http.StatusOK, "Вход",
			`<h1>Вход</h1><p>Подтвердите, что вы не робот.</p><form method="post" action="/login">`+oddFields+`<p><img src="/captcha.png" alt="captcha"><label>Код с картинки <input name="captcha_code" required></label></p><button>Войти</button></form>`)},
		{"elsewhere", "logs in at another origin", elsewhere},
	}
}

func captcha(o *odd) http.Handler {
	const form = `<h1>Вход</h1>%s<form method="post" action="/login">` + oddFields + `<p><img src="/captcha.png" width="120" height="40" alt=""> <label>Введите символы с картинки <input name="captcha" required></label></p><button>Войти</button></form>`
	answer := func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, "Вход", fmt.Sprintf(form, `<p class="error">Неверно введены символы с картинки</p>`))
	}
	return o.classic(classic{form: form, refuse: answer, after: func(w http.ResponseWriter, r *http.Request, _ string) { answer(w, r) }})
}

// elsewhere sends everybody to a login at another origin, as single sign-on does.
func elsewhere(*odd) http.Handler {
	// The other origin need not answer: nobody may go there with a password.
	const to = "http://127.0.0.2:8443/realms/kolos/auth?redirect_uri="
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to+url.QueryEscape("http://"+r.Host+"/"), http.StatusFound)
	})
}
