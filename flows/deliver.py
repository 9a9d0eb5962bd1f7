"""An edition leaves: as files always, by mail when a server is set. Each mail at most once (RELIABILITY F5, F6).

    planned | committing | sent       before the final dot the state is committed, so that a mail
                        \\ unknown     that was cut off there is reported and never sent again by itself
"""
