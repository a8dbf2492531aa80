export namespace access {
	export enum State {
	    Ready = "ready",
	    Offline = "offline",
	    Waiting = "waiting",
	    Checking = "checking",
	    Done = "done",
	    Saved = "saved",
	}
	export interface Change {
	    kind?: opora.Kind;
	    address?: string;
	    login?: string;
	    password?: string;
	    key?: string;
	    passphrase?: string;
	    fingerprint?: string;
	}
	export interface Draft {
	    id: number;
	    intakeId: number;
	    kind: opora.Kind;
	    address: string;
	    login: string;
	    options: opora.Options;
	    hasPassword: boolean;
	    hasKey: boolean;
	    hasPassphrase: boolean;
	    keyFacts: string;
	    warnings: intake.Warning[];
	    state: State;
	    steps: opora.Step[];
	    checked: boolean;
	    check: opora.Check;
	    failure: opora.Code;
	    failureField: string;
	    credentialId: number;
	}
	export interface Intake {
	    id: number;
	    customerId: number;
	    customer: string;
	    at: string;
	    expiresAt: string;
	    segments: intake.Segment[];
	    drafts: Draft[];
	}

}

export namespace bridge {
	
	export interface State {
	    version: string;
	    system: string;
	    dataFolder: string;
	    failure: opora.Code;
	    moved: string;
	    keyring: opora.Code;
	    online: boolean;
	    tray: boolean;
	    language: string;
	}

}

export namespace desk {
	
	export interface Line {
	    name: string;
	    state: string;
	    detail: string;
	    code: opora.Code;
	}

}

export namespace intake {
	
	export interface Segment {
	    text: string;
	    access: number;
	    field: string;
	}
	export interface Warning {
	    code: string;
	    field: string;
	    detail: string;
	}

}

export namespace opora {
	export enum Verdict {
	    Works = "works",
	    Rejected = "rejected",
	    Unreachable = "unreachable",
	    NeedsHuman = "needs_human",
	    Unknown = "unknown",
	}
	export enum Reason {
	    Ok = "ok",
	    BadCredentials = "bad_credentials",
	    AccountLocked = "account_locked",
	    AccountDisabled = "account_disabled",
	    BadKey = "bad_key",
	    WrongPassphrase = "wrong_passphrase",
	    NotPermitted = "not_permitted",
	    NotPublic = "not_public",
	    BrokenLink = "broken_link",
	    Dns = "dns",
	    Refused = "refused",
	    Timeout = "timeout",
	    Reset = "reset",
	    TlsFailed = "tls_failed",
	    HttpError = "http_error",
	    SecondFactor = "second_factor",
	    Captcha = "captcha",
	    Consent = "consent",
	    PasswordExpired = "password_expired",
	    Passkey = "passkey",
	    TlsUntrusted = "tls_untrusted",
	    HostKeyChanged = "host_key_changed",
	    Sso = "sso",
	    NoLoginForm = "no_login_form",
	    Ambiguous = "ambiguous",
	    Blocked = "blocked",
	    RateLimited = "rate_limited",
	    Unsupported = "unsupported",
	}
	export enum Kind {
	    Web = "web",
	    Basic = "basic",
	    Digest = "digest",
	    Bearer = "bearer",
	    Ssh = "ssh",
	    Sftp = "sftp",
	    Ftp = "ftp",
	    Ftps = "ftps",
	    Webdav = "webdav",
	    Mysql = "mysql",
	    Postgres = "postgres",
	    Redis = "redis",
	    Mssql = "mssql",
	    Mongodb = "mongodb",
	    Imap = "imap",
	    Pop3 = "pop3",
	    Smtp = "smtp",
	    Ldap = "ldap",
	    Rdp = "rdp",
	    Link = "link",
	    Document = "document",
	}
	export enum Code {
	    NotFound = "error_not_found",
	    Unexpected = "error_unexpected",
	    NameMissing = "error_name_missing",
	    NameInvalid = "error_name_invalid",
	    NameTaken = "error_name_taken",
	    TextMissing = "error_text_missing",
	    TooLong = "error_too_long",
	    KindUnknown = "error_kind_unknown",
	    AddressMissing = "error_address_missing",
	    AddressInvalid = "error_address_invalid",
	    LoginInvalid = "error_login_invalid",
	    SecretMissing = "error_secret_missing",
	    OptionInvalid = "error_option_invalid",
	    NothingFound = "error_nothing_found",
	    NotProven = "error_not_proven",
	    CustomerNeeded = "error_customer_needed",
	    Busy = "error_busy",
	    KeyringMissing = "error_keyring_missing",
	    KeyringLocked = "error_keyring_locked",
	    KeyringDismissed = "error_keyring_dismissed",
	    KeyringTimeout = "error_keyring_timeout",
	    KeyringFailed = "error_keyring_failed",
	    SecretGone = "error_secret_gone",
	    SecretDamaged = "error_secret_damaged",
	    SecretForgotten = "error_secret_forgotten",
	    DiskFull = "error_disk_full",
	    DataUnwritable = "error_data_unwritable",
	    DataNewer = "error_data_newer",
	    DataDamaged = "error_data_damaged",
	    DataForeign = "error_data_foreign",
	    AlreadyRunning = "error_already_running",
	    ClipboardFailed = "error_clipboard_failed",
	}
	export enum HintCode {
	    SpaceInPassword = "space_in_password",
	    SpaceInLogin = "space_in_login",
	    MixedScript = "mixed_script",
	    MethodsOffered = "methods_offered",
	    Elsewhere = "elsewhere",
	    Said = "said",
	    WaitUntil = "wait_until",
	    NeedsBrowser = "needs_browser",
	    Public = "public",
	    Plain = "plain",
	    HostKeyNew = "host_key_new",
	    HostKeyWas = "host_key_was",
	    Certificate = "certificate",
	    PasswordCorrect = "password_correct",
	    NotChecked = "not_checked",
	    Offline = "offline",
	    HttpStatus = "http_status",
	    SecretMissing = "secret_missing",
	    NoShell = "no_shell",
	    AddressUnclear = "address_unclear",
	}
	export enum StepCode {
	    Start = "start",
	    Connect = "connect",
	    Banner = "banner",
	    HostKey = "host_key",
	    Tls = "tls",
	    Open = "open",
	    Follow = "follow",
	    Form = "form",
	    Offer = "offer",
	    Attempt = "attempt",
	    Send = "send",
	    Answer = "answer",
	    Text = "text",
	    Replay = "replay",
	    SignOut = "sign_out",
	    Refusal = "refusal",
	    Fault = "fault",
	    Decision = "decision",
	}
	export interface Step {
	    at_ms: number;
	    step: StepCode;
	    detail: string;
	}
	export interface Hint {
	    code: HintCode;
	    detail: string;
	}
	export interface Finding {
	    verdict: Verdict;
	    reason: Reason;
	    hints: Hint[];
	    engine: string;
	    finalAddress: string;
	    title: string;
	    product: string;
	    fingerprint: string;
	}
	export interface Check {
	    id: string;
	    startedAt: string;
	    ms: number;
	    finding: Finding;
	    evidence: Step[];
	}
	export interface Options {
	    tls?: string;
	    accept_fingerprint?: string;
	    database?: string;
	}
	export interface Credential {
	    id: number;
	    customerId: number;
	    kind: Kind;
	    address: string;
	    login: string;
	    options: Options;
	    hasKey: boolean;
	    forgotten: boolean;
	    missing: boolean;
	    proven: boolean;
	    check: Check;
	    createdAt: string;
	}
	export interface Customer {
	    id: number;
	    name: string;
	    accesses: number;
	    createdAt: string;
	    changedAt: string;
	}
	export interface Note {
	    id: number;
	    customerId: number;
	    credentialId: number;
	    at: string;
	    author: string;
	    text: string;
	    kind: Kind;
	    address: string;
	    login: string;
	    proven: boolean;
	    check: Check;
	}
	export interface Settings {
	    language: string;
	    theme: string;
	    operator: string;
	    keepOpen: boolean;
	    quiet: boolean;
	    limitShown: boolean;
	    askControl: boolean;
	    draftHours: number;
	}

}
