//! What the resolver waits for and what it asks for ahead: tables of packages and facts of versions, fetched by threads.
//!
//! Each question is asked once, its answer kept. The resolver's own thread does the work itself when it needs an answer that no other
//! thread has begun on; threads are started only for questions asked ahead, and end with the scope.

use std::collections::VecDeque;
use std::collections::hash_map::Entry as Slot;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use rustc_hash::FxHashMap;

use super::super::name::Name;
use super::super::version::Version;
use super::table::Table;
use super::{Facts, Failure, Universe};

/// Threads at the same time, and so requests.
const MOST_THREADS: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    Table(Name),
    Facts(Name, Version),
}

#[derive(Clone)]
enum Answer {
    Table(Result<Option<Arc<Table>>, Failure>),
    Facts(Result<Arc<Facts>, Failure>),
}

enum State {
    /// Asked ahead, not begun.
    Waiting,
    Begun,
    Done(Answer),
}

#[derive(Default)]
struct Board {
    states: FxHashMap<Question, State>,
    queue: VecDeque<Question>,
    threads: usize,
    idle: usize,
    closed: bool,
}

/// Asks a universe, never twice the same.
pub struct Fetcher<'u> {
    universe: &'u dyn Universe,
    board: Mutex<Board>,
    /// Told when an answer is there.
    answered: Condvar,
    /// Told when a question is waiting, or none will come any more.
    asked: Condvar,
}

impl<'u> Fetcher<'u> {
    pub fn new(universe: &'u dyn Universe) -> Fetcher<'u> {
        Fetcher { universe, board: Mutex::default(), answered: Condvar::new(), asked: Condvar::new() }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        // A thread that panicked leaves a board whose entries are each whole.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table of a package, or none if no index has it.
    pub fn table(&self, name: &Name) -> Result<Option<Arc<Table>>, Failure> {
        match self.answer(Question::Table(name.clone())) {
            Answer::Table(result) => result,
            Answer::Facts(_) => Ok(None),
        }
    }

    /// The table, if it is there already.
    pub fn known_table(&self, name: &Name) -> Option<Arc<Table>> {
        match self.board().states.get(&Question::Table(name.clone())) {
            Some(State::Done(Answer::Table(Ok(table)))) => table.clone(),
            _ => None,
        }
    }

    /// What a version says of itself.
    pub fn facts(&self, name: &Name, version: &Version) -> Result<Arc<Facts>, Failure> {
        match self.answer(Question::Facts(name.clone(), version.clone())) {
            Answer::Facts(result) => result,
            Answer::Table(_) => Err(Failure::internal("an answer to another question")),
        }
    }

    fn answer(&self, question: Question) -> Answer {
        let mut board = self.board();
        loop {
            match board.states.get(&question) {
                Some(State::Done(answer)) => return answer.clone(),
                Some(State::Begun) => {
                    board = self.answered.wait(board).unwrap_or_else(PoisonError::into_inner);
                }
                Some(State::Waiting) | None => break,
            }
        }
        board.states.insert(question.clone(), State::Begun);
        drop(board);
        let answer = self.work(&question);
        self.board().states.insert(question, State::Done(answer.clone()));
        self.answered.notify_all();
        answer
    }

    fn work(&self, question: &Question) -> Answer {
        match question {
            Question::Table(name) => Answer::Table(self.universe.table(name)),
            Question::Facts(name, version) => match self.table(name) {
                Ok(Some(table)) => Answer::Facts(match table.get(version) {
                    Some(entry) => self.universe.facts(name, entry),
                    None => Err(Failure::internal("a version that its table has not")),
                }),
                Ok(None) => Answer::Facts(Err(Failure::internal("a package that no index has"))),
                Err(failure) => Answer::Facts(Err(failure)),
            },
        }
    }

    /// Asks for a package's table without waiting.
    pub fn ask_table<'scope, 'env>(&'scope self, scope: &'scope Scope<'scope, 'env>, name: &Name)
    where
        'u: 'scope,
    {
        if !self.universe.is_at_hand(name) {
            self.ask(scope, Question::Table(name.clone()));
        }
    }

    /// Asks for a version's facts without waiting, unless they can be had at once.
    pub fn ask_facts<'scope, 'env>(
        &'scope self,
        scope: &'scope Scope<'scope, 'env>,
        name: &Name,
        version: &Version,
    ) where
        'u: 'scope,
    {
        self.ask(scope, Question::Facts(name.clone(), version.clone()));
    }

    fn ask<'scope, 'env>(&'scope self, scope: &'scope Scope<'scope, 'env>, question: Question)
    where
        'u: 'scope,
    {
        let mut board = self.board();
        match board.states.entry(question.clone()) {
            Slot::Occupied(_) => return,
            Slot::Vacant(place) => {
                place.insert(State::Waiting);
            }
        }
        board.queue.push_back(question);
        if board.idle > 0 {
            board.idle -= 1;
            self.asked.notify_one();
        } else if board.threads < MOST_THREADS {
            board.threads += 1;
            let started =
                std::thread::Builder::new().stack_size(512 * 1024).spawn_scoped(scope, move || self.serve());
            if started.is_err() {
                // Without a thread the question waits until the resolver itself asks it.
                board.threads -= 1;
            }
        }
    }

    fn serve(&self) {
        let mut board = self.board();
        loop {
            if board.closed {
                return;
            }
            let Some(question) = board.queue.pop_front() else {
                board.idle += 1;
                board = self.asked.wait(board).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if !matches!(board.states.get(&question), Some(State::Waiting)) {
                continue;
            }
            board.states.insert(question.clone(), State::Begun);
            drop(board);
            let answer = self.work(&question);
            board = self.board();
            board.states.insert(question, State::Done(answer));
            self.answered.notify_all();
        }
    }

    /// Lets the threads end; what they are doing is finished, what waits is not begun.
    pub fn close(&self) {
        let mut board = self.board();
        board.closed = true;
        board.queue.clear();
        self.asked.notify_all();
    }
}
