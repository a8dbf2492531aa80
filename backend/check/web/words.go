package web

import "strings"

// The vocabularies are matched against lower-case text in which ё is е. None
// ever decides alone: it sorts what other signs have shown.
var (
	// signInWords read like a link or button that leads to a login.
	signInWords = words(
		`\bвойти\b`, `^вход`, `\bвход\b`, `\bвхід\b`, `увайсці`, `увійти`, `авториз`, `личн\S* кабинет`, `админк`, `панель управления`,
		`\blog ?in\b`, `\blog ?on\b`, `\bsign ?in\b`, `\bsignin\b`, `my account`, `client area`, `customer area`, `control panel`, `\badmin(?:istration)?\b`,
		`anmelden`, `einloggen`, `\blogin\b`, `connexion`, `se connecter`, `iniciar sesi`, `acceder`, `accedi`, `entrar`, `iniciar sess`,
		`zaloguj`, `logowanie`, `inloggen`, `aanmelden`, `giriş`, `oturum aç`,
	)
	// signInPath reads like the address of a login.
	signInPath = words(`/log[-_]?[io]n`, `/sign[-_]?in`, `wp-login`, `/auth(?:orize)?\b`, `[?&/=]login\b`, `do=login`, `userlogin`, `/account`,
		`/cabinet`, `/lk\b`, `/user/?$`, `/users/sign_in`, `/session/new`, `/admin`, `/administrator`, `/manager`, `/vhod`, `/voyti`)
	// signOutWords read like the way out.
	signOutWords = words(`\bвыйти\b`, `^выход\b`, `завершить сеанс`, `\bвийти\b`, `\blog ?out\b`, `\blog ?off\b`, `\bsign ?out\b`, `\bsignout\b`,
		`abmelden`, `ausloggen`, `déconnexion`, `deconnexion`, `se déconnecter`, `cerrar sesi`, `\bsalir\b`, `\besci\b`, `disconnetti`, `\bsair\b`,
		`terminar sess`, `wyloguj`, `uitloggen`, `afmelden`, `çıkış`, `oturumu kapat`)
	signOutPath = words(`log[-_]?out\b`, `log[-_]?off\b`, `sign[-_]?out\b`, `userlogout`, `action=logout`, `do=logout`, `/session/destroy`, `/exit\b`, `logout=`)
	// personalWords read like the page of one account.
	personalWords = words(`кабинет`, `профил`, `мои `, `мой `, `настройки`, `аккаунт`, `учетная запись`, `my `, `account`, `profile`, `dashboard`, `settings`, `preferences`, `\bkonto`, `profil`, `mon compte`, `mi cuenta`)
	// notSignIn reads like a form or link that is something else.
	notSignIn = words(`регистрац`, `зарегистр`, `создать аккаунт`, `подпис`, `рассылк`, `поиск`, `найти`, `забыли`, `восстанов`, `напомнить`,
		`regist`, `sign ?up`, `signup`, `create (?:an )?account`, `subscri`, `newsletter`, `search`, `forgot`, `lost`, `reset`, `recover`, `remind`, `join`,
		`registrieren`, `vergessen`, `inscri`, `oubli`, `olvid`, `crear cuenta`, `registrati`, `dimenticat`, `zarejestruj`, `kayit`)

	// refusalWords say no; with credentialWords in the same sentence they say no
	// to what was sent.
	refusalWords = words(`невере`, `не вере`, `неправиле`, `некорректе`, `ошибоч`, `неизвестн`, `unrecogni[sz]ed`, `no match`, `enter (?:a |the )?(?:correct|valid|right)`, `введите (?:корректн|правильн|верн|действительн)`, `недействит`, `неверн`, `неудач`, `безуспешн`, `отклон`, `не принят`, `не распозна`, `неправильн`, `не верн`, `некорректн`, `ошибк`, `не совпада`, `не подход`, `не подош`, `не найден`,
		`не существует`, `не удалось`, `не удается`, `не выполнен`, `отказано`, `не зарегистр`, `невірн`, `помилк`, `няправільн`, `қате`,
		`incorrect`, `invalid`, `wrong`, `not match`, `n.t match`, `fail`, `unknown`, `not (?:found|registered|recogni[sz]ed|valid|correct|accepted)`,
		`no (?:such )?(?:user|account)`, `n.t (?:exist|recogni[sz]e|find)`, `bad (?:credential|password|login)`, `denied`, `unable to`, `could not`, `couldn.t`,
		`cannot`, `can.t`, `unauthori[sz]ed`, `mismatch`, `rejected`,
		`falsch`, `ungültig`, `fehlgeschlagen`, `nicht korrekt`, `stimm\S* nicht`, `incorrect`, `invalide`, `erroné`, `inválid`, `incorret`, `non valid`, `errat`, `sbagliat`,
		`nieprawid`, `błędn`, `ongeldig`, `onjuist`, `hatalı`, `yanlış`, `geçersiz`, `pogrešn`, `netočn`, `nesprávn`, `felaktig`, `forkert`, `virheell`, `helytelen`, `greșit`, `incorect`,
		`λάθος`, `错误`, `錯誤`, `不正确`, `間違`, `正しくありません`, `잘못`, `일치하지`)
	credentialWords = words(`парол`, `логин`, `имя пользовател`, `имени пользовател`, `пользовател`, `учетн\S* (?:данн|запис)`, `данны\S* для входа`, `введенны\S* данны`, `почт`,
		`авториз`, `аутентиф`, `\bвойти`, `\bвход\b`, `\bвхода\b`, `\bпользувач`, `карыстальнік`, `құпия`,
		`аутентификационн`, `password`, `passwort`, `kennwort`, `passcode`, `user ?name`, `\buser\b`, `\busers\b`, `login`, `log[- ]?in`, `sign[- ]?in`, `logon`, `credential`, `e-?mail`, `authenticat`, `access denied for`,
		`anmelde`, `benutzer`, `mot de passe`, `identifiant`, `utilisateur`, `contraseña`, `usuario`, `utente`, `hasł`, `użytkownik`, `wachtwoord`, `gebruiker`, `şifre`, `parola`, `kullanıcı`,
		`senha`, `usuário`, `lozink`, `heslo`, `lösenord`, `adgangskode`, `passord`, `salasana`, `jelszó`, `κωδικ`, `密码`, `密碼`, `パスワード`, `비밀번호`)
	// otherCause means that something else than the credential is the matter.
	otherCause = words(`\bldap\b`, `could not (?:contact|connect|reach)`, `system (?:problem|error)`, `could not be processed`, `timed? ?out`, `time-out`, `не ответил`, `вовремя`, `server (?:error|is |not |did |unavailable)`, `ошибк\S* сервер`, `сервер\S* (?:не |недоступ|ошибк|занят)`, `connection`, `соединени`, `подключени`, `unavailable`, `недоступ`, `service`, `сервис`, `payment`, `оплат`, `licen[cs]e`, `лиценз`, `subscription`, `тариф`, `maximum`, `limit`, `лимит`, `already`, `\bуже\b`, `company`, `компани`, `tenant`, `domain`, `домен`,
		`confirm your`, `verify your`, `подтвердите`, `browser`, `браузер`, `\brequest was\b`, `database`, `базы? данных`, `баз[ае] данных`, `success`, `успешн`, `last (?:failed )?login`, `последн`)
	// gateWords stand on the pages between the door and the inside.
	gateWords = words(`попробуйте (?:еще|снова)`, `try again`, `друг\S* способ\S* входа`, `another way to (?:sign|log)`, `подтвердите`, `подтверждени`, `confirm`, `approve`, `verif`, `\bpush\b`, `we (?:have )?sent`, `мы (?:от|вы)правили`, `отправлен`, `security question`, `секретн\S* вопрос`,
		`контрольн\S* вопрос`, `memorable`, `\bкод\b`, `\bкода\b`, `\bcode\b`, `\bpin\b`, `device`, `устройств`, `sorry`, `oops`, `\bупс`, `не узнали`, `recover`, `восстанов`, `reset`,
		`\bguest`, `гост(?:ь|я|ев)`, `call us`, `позвоните`, `свяжитесь`, `contact (?:us|support|your)`, `bestätig`, `confirmez`, `confirma`)
	// faultWords mean that the attempt itself went wrong, not the credential.
	faultWords = words(`csrf`, `токен`, `invalid token`, `token (?:mismatch|expired|invalid)`, `security token`, `session (?:has )?(?:expired|timed|invalid|is invalid|not found)`,
		`expired session`, `page (?:has )?expired`, `form (?:has )?expired`, `сесси\S* (?:истек|устарел|недейств|не найден)`, `истекло время`, `страница устарела`,
		`cookie`, `куки`, `javascript`, `maintenance`, `техническ\S* работ`, `обслужив`, `temporarily unavailable`, `временно недоступ`, `internal error`,
		`something went wrong`, `unexpected error`, `внутренняя ошибка`, `что-то пошло не так`, `database error`, `ошибка базы`, `try (?:again )?later`,
		`попробуйте (?:еще раз )?позже`, `повторите (?:попытку )?позже`, `sitzung abgelaufen`, `session expirée`, `hijacking`, `nonce`, `required field`, `is required`,
		`обязательно для заполнения`, `заполните`, `поле .{0,30} пуст`)
	throttleWords = words(`too many`, `слишком много`, `слишком часто`, `превышен\S* (?:числ|количеств|лимит|кол)`, `исчерпан`, `rate limit`, `throttl`, `temporarily (?:locked|blocked|banned|suspended)`,
		`временно (?:заблок|огранич)`, `many (?:failed|unsuccessful)`, `try again in \d`, `wait \d+ (?:second|minute)`, `retry (?:in|after)`, `через \d+ (?:сек|мин|час)`,
		`attempts? exceeded`, `exceeded .{0,30}attempts`, `(?:ip|address|адрес)\S* .{0,30}(?:blocked|banned|заблокир)`, `zu viele`, `trop de`, `demasiados`, `troppi`, `zbyt wiele`, `te veel`, `çok fazla`, `muitas tentativas`)
	// ownLock says on a page of its own that this very account is shut.
	ownLock = words(`account (?:is |has been |was )?(?:currently )?locked`, `locked out`, `(?:аккаунт|учетн\S* запис\S*) .{0,20}заблокир`)
	// attemptsLeft counts down to a lock: this attempt was turned down.
	attemptsLeft = words(`attempts? (?:left|remaining)`, `(?:one|\d+) (?:more )?attempts? before`, `остал\S* (?:\S+ )?попыт`, `попыт\S* осталось`)
	lockedWords  = words(`you are (?:blocked|locked)`, `вы заблокированы`, `account (?:is |has been |was )?(?:locked|blocked)`, `locked out`, `(?:аккаунт|учетн\S* запис\S*|пользовател\S*|доступ) .{0,20}заблокир`, `заблокирован`, `konto .{0,20}gesperrt`)
	// disabledWords belong to an account that was switched off or never on.
	disabledWords = words(`(?:user|login) is (?:disabled|inactive|not active)`, `requires? approval`, `not (?:yet )?(?:been )?approved`, `ожидает (?:подтвержд|одобр|активац)`, `not (?:been )?activated`, `не активирован`, `account (?:is |has been |was )?(?:disabled|deactivated|suspended|inactive|closed|expired|not (?:active|activated|verified|confirmed))`,
		`(?:аккаунт|учетн\S* запис\S*|пользователь) .{0,30}(?:отключ|деактив|не актив|неактив|удален|приостан|не подтвержд)`, `has been suspended`, `deaktiviert`, `désactivé`)
	permitWords = words(`not (?:allowed|permitted|authori[sz]ed) to (?:log|sign|access)`, `insufficient (?:rights|permission|privilege)`, `no permission`, `недостаточно прав`, `нет прав`,
		`доступ запрещен`, `you do not have (?:access|permission)`)
	// placeWords mean where the attempt came from, not who made it.
	placeWords        = words(`\bip\b`, `ip-адрес`, `ip address`, `your (?:location|country|region|network)`, `вашей (?:страны|сети)`, `вашего (?:адреса|региона)`)
	secondFactorWords = words(`two[- ]?(?:factor|step)`, `2[- ]?(?:fa|step)\b`, `second factor`, `multi[- ]?factor`, `\bmfa\b`, `\botp\b`, `\btotp\b`, `one[- ]time (?:code|password|passcode)`, `authenticat(?:or|ion) (?:app|code)`,
		`verification code`, `security code`, `\bdigits\b`, `цифр`, `(?:to|on|check) your phone`, `на (?:ваш )?телефон`, `\bpin\b`, `пин-код`, `shown on your`, `memorable word`, `push[- ](?:notification|уведомл)`, `notification to your`, `confirmation code`, `enter (?:the )?code`, `двухфактор`, `двухэтап`, `второй фактор`, `одноразов`, `код подтвержд`, `код из (?:смс|sms|письма|приложен|сообщ)`,
		`проверочный код`, `введите код`, `код безопасности`, `подтвердите вход`, `zwei-faktor`, `bestätigungscode`, `double authentification`, `dos pasos`, `dos factores`, `due fattori`, `uwierzytelnianie dwu`)
	captchaWords = words(`verify (?:that )?you are (?:a )?human`, `не робот`, `not a robot`, `докажите, что вы человек`, `captcha`, `капч`, `код с (?:картинки|изображения)`, `символы с картинки`, `я не робот`, `i.?m not a robot`, `are you (?:a )?human`, `prove you are human`, `characters (?:in|from) the (?:image|picture)`)
	expiredWords = words(`credentials have expired`, `password (?:has |is |must |needs? )?(?:expired|to be changed|be changed)`, `change your password`, `must change`, `set a new password`, `choose a new password`, `update your password`,
		`парол\S* (?:истек|устарел|просроч)`, `срок действия парол`, `смените пароль`, `необходимо (?:сменить|изменить) парол`, `задайте новый пароль`, `обновите парол`, `time for a new password`, `create a new password`, `создайте новый пароль`, `придумайте новый пароль`, `passwort (?:ist )?abgelaufen`)
	consentWords  = words(`accept (?:the |our )?(?:terms|conditions|agreement|policy)`, `terms of (?:service|use)`, `agree to`, `i agree`, `принять условия`, `принимаю условия`, `согласие на обработку`, `пользовательск\S* соглашен`, `соглас\S* с`)
	firewallWords = words(`cloudflare`, `attention required`, `just a moment`, `checking your browser`, `проверка браузера`, `ddos`, `access denied`, `доступ (?:ограничен|заблокирован)`, `forbidden`, `request blocked`, `web application firewall`,
		`incident id`, `ray id`, `sucuri`, `imunify`, `qrator`, `security check`, `blocked by`, `bot (?:detected|protection)`)
	// scriptedNames betray a page that changes the password before it leaves.
	scriptedNames = words(`jsencrypt`, `cryptojs`, `crypto-js`, `\bsjcl\b`, `forge(?:\.min)?\.js`, `md5(?:\.min)?\.js`, `sha(?:1|256|512)(?:\.min)?\.js`, `rsa(?:\.min)?\.js`, `bigint(?:\.min)?\.js`, `hex_md5`, `hex_sha`,
		`\bmd5\s*\(`, `\bsha(?:1|256|512)\s*\(`, `rsakey`, `setpublickey`, `subtle\.(?:encrypt|digest)`, `encryptpassword`, `encrypt\(`)
	// waitWords say that the page goes on by itself.
	waitWords = words(`подожд`, `ожидайте`, `перенаправ`, `переадрес`, `выполняется вход`, `входим`, `please wait`, `one moment`, `just a moment`, `redirect`, `(?:sign|logg)ing (?:you )?in`,
		`bitte warten`, `weiterleit`, `patientez`, `redirig`, `espere`, `attendere`, `aguarde`, `proszę czekać`)
	alertMark = words(`alert`, `error`, `danger`, `invalid`, `notice`, `warning`, `message`, `\bmsg`, `flash`, `fail`, `toast`, `feedback`, `help-block`, `validation`)
)

var folder = strings.NewReplacer("ё", "е", "’", "'", "\u00a0", " ")

// fold prepares a text for the vocabularies.
func fold(text string) string {
	return folder.Replace(strings.ToLower(text))
}
