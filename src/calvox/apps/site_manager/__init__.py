"""The site manager: a Windows site's folder in the browser of the machine on which it lies, without any server of ours."""
