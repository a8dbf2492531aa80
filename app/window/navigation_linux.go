//go:build linux && cgo && production

package window

/*
#cgo pkg-config: gtk+-3.0
#cgo !webkit2_41 pkg-config: webkit2gtk-4.0
#cgo webkit2_41 pkg-config: webkit2gtk-4.1

#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

// The page is one document, and all that it loads comes from our own files.
// Going anywhere else, in a frame or in a window of its own, is refused.
static gboolean decide(WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer data) {
	if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
		return FALSE;
	}
	if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION) {
		WebKitNavigationAction *action =
			webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
		const char *uri = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
		if (uri != NULL && (g_strcmp0(uri, "wails://wails/") == 0 || g_str_has_prefix(uri, "wails://wails/#"))) {
			return FALSE;
		}
	}
	webkit_policy_decision_ignore(decision);
	return TRUE;
}

static gboolean deny(WebKitWebView *view, WebKitPermissionRequest *request, gpointer data) {
	webkit_permission_request_deny(request);
	return TRUE;
}

static void find(GtkWidget *widget, gpointer data) {
	if (WEBKIT_IS_WEB_VIEW(widget)) {
		g_signal_connect(widget, "decide-policy", G_CALLBACK(decide), NULL);
		g_signal_connect(widget, "permission-request", G_CALLBACK(deny), NULL);
		(*(int *)data)++;
	} else if (GTK_IS_CONTAINER(widget)) {
		gtk_container_forall(GTK_CONTAINER(widget), find, data);
	}
}

extern void navigationLocked(int views);

static gboolean lock(gpointer data) {
	int views = 0;
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w != NULL; w = w->next) {
		find(GTK_WIDGET(w->data), &views);
	}
	g_list_free(windows);
	navigationLocked(views);
	return G_SOURCE_REMOVE;
}

// Before anything else that the main loop has to do: the page is not loaded then.
static void lockSoon() {
	g_idle_add_full(G_PRIORITY_HIGH, lock, NULL, NULL);
}
*/
import "C"

import "log/slog"

// lockNavigation keeps the window on its own page. The framework has no option
// for it on Linux, so the signals of the web view are answered here.
func lockNavigation() { C.lockSoon() }

//export navigationLocked
func navigationLocked(views C.int) {
	if views != 1 {
		slog.Error("navigation not locked", "views", int(views))
	}
}
